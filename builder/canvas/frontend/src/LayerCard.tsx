/** What a layer or block of the palette does: a picture, two sentences, its formula, and where there is more to read. */

import { useLayoutEffect, useRef, type ReactElement } from "react";
import type { Explained } from "./explained";
import { Icon } from "./icons";

interface Props {
  what: Explained;
  /** Inside the palette, in pixels. */
  top: number;
  onEnter: () => void;
  onLeave: () => void;
}

export function LayerCard({ what, top, onEnter, onLeave }: Props): ReactElement {
  const { title, icon, family, text, picture, formula, doc } = what;
  const card = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = card.current;
    const room = element?.parentElement?.clientHeight;
    if (!element || room === undefined) return;
    element.style.top = `${Math.max(8, Math.min(top, room - element.offsetHeight - 8))}px`;
  }, [what, top]);
  return (
    <div
      ref={card}
      className="layer-card"
      id="layer-card"
      role="note"
      aria-label={title}
      data-family={family}
      onPointerEnter={onEnter}
      onPointerLeave={onLeave}
    >
      {/* Picture and formula are texts of the catalogue itself, drawn in the colours of this page. */}
      {picture && <div className="picture" dangerouslySetInnerHTML={{ __html: picture }} />}
      <h4>
        <span className="tile">
          <Icon name={icon} />
        </span>
        {title}
      </h4>
      <p>{text}</p>
      {formula && <div className="formula" dangerouslySetInnerHTML={{ __html: formula }} />}
      {doc && (
        <a href={doc} target="_blank" rel="noreferrer noopener">
          {title} at {new URL(doc).host}
          <Icon name="open_in_new" />
        </a>
      )}
    </div>
  );
}
