/** What to do about a connection that does not fit, where it was dropped. */

import { useEffect, useRef, type KeyboardEvent, type ReactElement } from "react";
import { Icon } from "./icons";
import type { Choice } from "./linking";

interface Props {
  choice: Choice;
  /** Inside the flow area, in pixels. */
  x: number;
  y: number;
  onBridge: () => void;
  onAnyway: () => void;
  onClose: () => void;
}

export function DropChoice({ choice, x, y, onBridge, onAnyway, onClose }: Props): ReactElement {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus({ preventScroll: true }), []);
  const { reason, bridge } = choice.verdict;

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    event.stopPropagation();
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape") onClose();
    else if (by !== undefined || event.key === "Tab") step(event.currentTarget, by ?? (event.shiftKey ? -1 : 1));
    else return;
    event.preventDefault();
  };

  return (
    <div
      className="drop-choice"
      style={{ left: x, top: y }}
      role="dialog"
      aria-label={`${choice.source} does not fit into ${choice.target}`}
      onKeyDown={onKeyDown}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && onClose()}
    >
      <p>{reason}</p>
      {bridge && (
        <button type="button" className="choose best" ref={first} onClick={onBridge}>
          <Icon name="auto_fix_high" />
          {bridge.label}
        </button>
      )}
      <button type="button" className="choose" ref={bridge ? undefined : first} onClick={onAnyway}>
        <Icon name="link" />
        Connect anyway
      </button>
      <button type="button" className="choose" onClick={onClose}>
        <Icon name="close" />
        Cancel
      </button>
    </div>
  );
}

/** Move the focus among the buttons, round and round. */
function step(dialog: HTMLElement, by: number): void {
  const buttons = [...dialog.querySelectorAll("button")];
  const active = (dialog.getRootNode() as Document | ShadowRoot).activeElement;
  const index = buttons.findIndex((button) => button === active);
  buttons[(index + by + buttons.length) % buttons.length]?.focus();
}
