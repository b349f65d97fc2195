/** How layers stand: aligned, evenly apart, on the grid, and which way the network flows. */

import { useEffect, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { ARRANGEMENTS } from "./arrange";
import { useCanvas, useShown } from "./context";
import type { Direction } from "./direction";
import { Icon } from "./icons";

const DIRECTIONS: { direction: Direction; icon: string; title: string }[] = [
  { direction: "down", icon: "south", title: "Top to bottom" },
  { direction: "right", icon: "east", title: "Left to right" },
];

interface Props {
  snap: boolean;
  onSnap: () => void;
  direction: Direction;
}

export function ArrangeMenu({ snap, onSnap, direction }: Props): ReactElement {
  const { store, actions } = useCanvas();
  const chosen = useShown(store).selection.nodes.length;
  const [open, setOpen] = useState(false);
  const menu = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (open) items(menu.current)[0]?.focus({ preventScroll: true });
  }, [open]);

  const close = (): void => {
    setOpen(false);
    button.current?.focus({ preventScroll: true });
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") close();
    else if (by !== undefined) step(menu.current, by);
    else return;
    event.preventDefault();
  };
  return (
    <div
      className="arrange"
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setOpen(false)}
    >
      <button
        type="button"
        className="tool"
        ref={button}
        title="Arrange: align, distribute, grid, direction"
        aria-label="Arrange"
        aria-haspopup="menu"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        <Icon name="align_horizontal_left" />
      </button>
      {open && (
        <div className="menu" role="menu" aria-label="Arrange" ref={menu} onKeyDown={onKeyDown}>
          <div className="grid">
            {ARRANGEMENTS.map(({ command, icon, title, keys, least }) => (
              <button
                key={command}
                type="button"
                role="menuitem"
                className="tool"
                title={`${title} (${keys})`}
                aria-label={title}
                disabled={chosen < least}
                onClick={() => actions.arrange(command)}
              >
                <Icon name={icon} />
              </button>
            ))}
          </div>
          {chosen < 2 && <p>Select two layers or more to align them.</p>}
          <hr />
          {DIRECTIONS.map((item) => (
            <button
              key={item.direction}
              type="button"
              role="menuitemradio"
              aria-checked={direction === item.direction}
              className="choose"
              onClick={() => actions.flow(item.direction)}
            >
              <Icon name={item.icon} />
              {item.title}
              {direction === item.direction && <Icon name="check" />}
            </button>
          ))}
          <hr />
          <button type="button" role="menuitemcheckbox" aria-checked={snap} className="choose" onClick={onSnap}>
            <Icon name="grid_4x4" />
            Snap to grid
            {snap && <Icon name="check" />}
          </button>
        </div>
      )}
    </div>
  );
}

const items = (menu: HTMLElement | null): HTMLElement[] => [
  ...(menu?.querySelectorAll<HTMLElement>("button:not(:disabled)") ?? []),
];

function step(menu: HTMLElement | null, by: number): void {
  const all = items(menu);
  const active = (menu?.getRootNode() as Document | ShadowRoot | undefined)?.activeElement;
  const index = all.findIndex((item) => item === active);
  all[(index + by + all.length) % all.length]?.focus();
}
