/** The list of shortcuts. */

import type { KeyboardEvent, ReactElement } from "react";
import { Icon } from "./icons";
import { SHORTCUTS } from "./keyboard";

const MAC = /Mac|iP(hone|ad)/.test(navigator.platform);

export function Help({ onClose, onFirstSteps }: { onClose: () => void; onFirstSteps: () => void }): ReactElement {
  return (
    <div className="veil" onPointerDown={(event) => event.target === event.currentTarget && onClose()}>
      <div className="help" role="dialog" aria-modal="true" aria-label="Shortcuts" onKeyDown={keepFocusInside}>
        <header>
          <h2>Shortcuts</h2>
          <button type="button" className="button again" onClick={onFirstSteps}>
            <Icon name="lightbulb" /> Show the first steps
          </button>
          <button
            type="button"
            className="tool"
            aria-label="Close"
            title="Close (Esc)"
            onClick={onClose}
            ref={(button) => button?.focus({ preventScroll: true })}
          >
            <Icon name="close" />
          </button>
        </header>
        <dl>
          {SHORTCUTS.filter(({ show }) => show !== undefined).map(({ command, show, does }) => (
            <div key={command}>
              <dt>
                <kbd>{MAC ? show?.replace("Ctrl", "⌘") : show}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </div>
    </div>
  );
}

/** Tab goes to and fro between the two buttons. */
function keepFocusInside(event: KeyboardEvent<HTMLElement>): void {
  if (event.key !== "Tab") return;
  event.preventDefault();
  const buttons = [...event.currentTarget.querySelectorAll("button")];
  const active = (event.currentTarget.getRootNode() as Document | ShadowRoot).activeElement;
  buttons.find((button) => button !== active)?.focus();
}
