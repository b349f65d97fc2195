/** What a layer of the palette does: a picture, two sentences, and Keras' own page. */

import { useLayoutEffect, useRef, type ReactElement } from "react";
import type { Layer } from "./catalog";
import { Icon } from "./icons";

interface Props {
  layer: Layer;
  /** Inside the palette, in pixels. */
  top: number;
  onEnter: () => void;
  onLeave: () => void;
}

export function LayerCard({ layer, top, onEnter, onLeave }: Props): ReactElement {
  const card = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = card.current;
    const room = element?.parentElement?.clientHeight;
    if (!element || room === undefined) return;
    element.style.top = `${Math.max(8, Math.min(top, room - element.offsetHeight - 8))}px`;
  }, [layer, top]);
  return (
    <div
      ref={card}
      className="layer-card"
      id="layer-card"
      role="note"
      aria-label={layer.kind}
      data-family={layer.family}
      onPointerEnter={onEnter}
      onPointerLeave={onLeave}
    >
      {/* The picture is a text of the catalogue itself, drawn in the colours of this page. */}
      {layer.picture && <div className="picture" dangerouslySetInnerHTML={{ __html: layer.picture }} />}
      <h4>
        <span className="tile">
          <Icon name={layer.icon} />
        </span>
        {layer.kind}
      </h4>
      <p>
        {layer.summary} {layer.help}
      </p>
      {layer.doc && (
        <a href={layer.doc} target="_blank" rel="noreferrer noopener">
          {layer.kind} at keras.io
          <Icon name="open_in_new" />
        </a>
      )}
    </div>
  );
}
