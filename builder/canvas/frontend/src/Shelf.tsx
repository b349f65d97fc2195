/** Blocks in the palette: those that come with Layerloom, and the person's own. */

import { useState, type PointerEvent, type ReactElement } from "react";
import { ownBlocks, type Ready } from "./blocks";
import { useCanvas, useShown } from "./context";
import { Icon } from "./icons";
import { recall, remember } from "./memory";
import type { DragFromPalette } from "./usePaletteDrag";

export function Shelf({ words, drag }: { words: string; drag: DragFromPalette }): ReactElement | null {
  const { store, catalog, actions } = useCanvas();
  const { shelf } = useShown(store);
  const [chosen, setChosen] = useState(() => recall<boolean | null>("blocks", null));
  const open = chosen ?? shelf.length > 0; // who is new here meets the layers first
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (ready: Ready): boolean => {
    const text = [ready.title, ready.kind, ...(ready.keywords ?? []), ready.summary].join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  };
  const ready = catalog.blocks.filter(fits);
  const mine = ownBlocks(shelf).filter(fits);
  if (ready.length + mine.length === 0) return null;

  const item = (block: Ready, id?: string): ReactElement => (
    <div key={block.kind} className="shelf-item">
      <button
        type="button"
        className="item"
        tabIndex={-1}
        data-kind={block.kind}
        data-family={block.family ?? "block"}
        title={block.summary}
        onClick={() => drag.wasClick() && actions.blocks.addReady(block)}
        onPointerDown={(event: PointerEvent) =>
          drag.startBlock(event, block)
        }
      >
        <span className="tile">
          <Icon name={block.icon ?? "stacks"} />
        </span>
        <span className="name">{block.title}</span>
      </button>
      {id !== undefined && (
        <button
          type="button"
          className="tool forget"
          title={`Remove "${block.title}" from your blocks`}
          aria-label={`Remove "${block.title}" from your blocks`}
          onClick={() => actions.blocks.forget(id)}
        >
          <Icon name="close" />
        </button>
      )}
    </div>
  );

  const shown = open || wanted.length > 0;
  return (
    <section aria-label="Blocks">
      <h3>
        <button
          type="button"
          aria-expanded={shown}
          onClick={() => {
            remember("blocks", !open);
            setChosen(!open);
          }}
        >
          <Icon name={shown ? "expand_more" : "chevron_right"} />
          Blocks
        </button>
      </h3>
      {shown && mine.map((block) => item(block, block.id))}
      {shown && ready.map((block) => item(block))}
    </section>
  );
}
