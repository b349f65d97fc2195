/** What to do about a connection that does not fit or leads to a problem, where it was dropped. */

import { useEffect, useRef, type KeyboardEvent, type ReactElement } from "react";
import { Icon } from "./icons";
import type { Choice } from "./linking";
import type { Fix } from "./wire";

interface Props {
  choice: Choice;
  /** Inside the flow area, in pixels. */
  x: number;
  y: number;
  onBridge: () => void;
  onFix: (fix: Fix) => void;
  onAnyway: () => void;
  onClose: () => void;
}

export function DropChoice({ choice, x, y, onBridge, onFix, onAnyway, onClose }: Props): ReactElement {
  const dialog = useRef<HTMLDivElement>(null);
  useEffect(() => dialog.current?.querySelector("button")?.focus({ preventScroll: true }), []);
  const { source, target } = choice;
  const { fits, reason, bridge, fixes } = choice.verdict;
  const ways = [
    ...(bridge ? [{ label: bridge.label, take: onBridge }] : []),
    ...fixes.map((fix) => ({ label: fix.label, take: () => onFix(fix) })),
  ];

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
      aria-label={fits === false ? `${source} does not fit into ${target}` : `Connecting ${source} to ${target}`}
      ref={dialog}
      onKeyDown={onKeyDown}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && onClose()}
    >
      <p>{reason}</p>
      {ways.map(({ label, take }) => (
        <button key={label} type="button" className="choose best" onClick={take}>
          <Icon name="auto_fix_high" />
          {label}
        </button>
      ))}
      <button type="button" className="choose" onClick={onAnyway}>
        <Icon name="link" />
        {fits === false ? "Connect anyway" : "Only connect"}
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
