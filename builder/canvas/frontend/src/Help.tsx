/** The list of shortcuts. */

import type { KeyboardEvent, ReactElement } from "react";
import { Icon } from "./icons";
import { SHORTCUTS } from "./keyboard";

const MAC = /Mac|iP(hone|ad)/.test(navigator.platform);

export function Help({ onClose }: { onClose: () => void }): ReactElement {
  return (
    <div className="veil" onPointerDown={(event) => event.target === event.currentTarget && onClose()}>
      <div className="help" role="dialog" aria-modal="true" aria-label="Shortcuts" onKeyDown={keepFocusInside}>
        <header>
          <h2>Shortcuts</h2>
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

/** The only control has the focus already. */
function keepFocusInside(event: KeyboardEvent): void {
  if (event.key === "Tab") event.preventDefault();
}
