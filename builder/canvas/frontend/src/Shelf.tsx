/** Blocks in the palette: those that come with Layerloom, and the person's own. */

import { useState, type ReactElement } from "react";
import { ownBlocks, type Ready } from "./blocks";
import { useCanvas, useShown } from "./context";
import { blockExplained } from "./explained";
import { Icon } from "./icons";
import { recall, remember } from "./memory";
import { PaletteRow } from "./PaletteRow";
import type { Cards } from "./useLayerCard";
import type { DragFromPalette } from "./usePaletteDrag";

interface Props {
  words: string;
  drag: DragFromPalette;
  cards: Cards;
}

export function Shelf({ words, drag, cards }: Props): ReactElement | null {
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
    <PaletteRow
      key={block.kind}
      what={blockExplained(block)}
      cards={cards}
      onAdd={() => drag.wasClick() && actions.blocks.addReady(block)}
      onDrag={(event) => drag.startBlock(event, block)}
    >
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
    </PaletteRow>
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
