/** A line of the palette: click to add, drag to place, and a button for its card where nothing can hover. */

import type { PointerEvent, ReactElement, ReactNode } from "react";
import type { Explained } from "./explained";
import { Icon } from "./icons";
import type { Cards } from "./useLayerCard";

interface Props {
  what: Explained;
  cards: Cards;
  onAdd: () => void;
  onDrag: (event: PointerEvent) => void;
  /** More buttons at its end. */
  children?: ReactNode;
}

export function PaletteRow({ what, cards, onAdd, onDrag, children }: Props): ReactElement {
  const { kind, title, icon, family } = what;
  const explained = cards.shown?.what.kind === kind;
  return (
    <div className="row" {...cards.row(what)}>
      <button
        type="button"
        className="item"
        tabIndex={-1}
        data-kind={kind}
        data-family={family}
        aria-describedby={explained ? "layer-card" : undefined}
        onClick={onAdd}
        onPointerDown={onDrag}
      >
        <span className="tile">
          <Icon name={icon} />
        </span>
        <span className="name">{title}</span>
      </button>
      <button
        type="button"
        className="tool info"
        tabIndex={-1}
        aria-label={`About ${title}`}
        aria-expanded={explained}
        onPointerDown={(event) => event.stopPropagation()}
        onClick={(event) => cards.toggle(what, event.currentTarget.parentElement)}
      >
        <Icon name="info" />
      </button>
      {children}
    </div>
  );
}
