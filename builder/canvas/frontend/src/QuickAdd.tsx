/** A search field at a point of the canvas: type, Enter, and the layer or block is there. */

import { useMemo, useState, type KeyboardEvent, type ReactElement } from "react";
import { ownBlocks } from "./blocks";
import type { Offer } from "./catalog";
import { useCanvas, useShown } from "./context";
import { Icon } from "./icons";
import { recentKinds } from "./memory";

const SHOWN = 60;

interface Props {
  /** Inside the flow area, in pixels. */
  x: number;
  y: number;
  /** The node that the new layer continues, for the label. */
  from: string | null;
  onPick: (offer: Offer) => void;
  onClose: () => void;
}

export function QuickAdd({ x, y, from, onPick, onClose }: Props): ReactElement {
  const { store, catalog } = useCanvas();
  const { shelf } = useShown(store);
  const [words, setWords] = useState("");
  const [index, setIndex] = useState(0);
  const found = useMemo(() => catalog.offer(words, recentKinds(), ownBlocks(shelf)), [catalog, words, shelf])
    .filter(({ layer }) => from === null || layer?.ports.most !== 0)
    .slice(0, SHOWN);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setIndex(Math.min(index + 1, found.length - 1));
    else if (event.key === "ArrowUp") setIndex(Math.max(index - 1, 0));
    else if (event.key === "Enter" && found[index]) onPick(found[index]);
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    event.preventDefault();
  };

  return (
    <div
      className="quick-add"
      style={{ left: x, top: y }}
      role="dialog"
      aria-label="Add a layer"
      onKeyDown={onKeyDown}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && onClose()}
    >
      <div className="search">
        <Icon name="search" />
        <input
          ref={(input) => input?.focus({ preventScroll: true })}
          placeholder={from === null ? "Add a layer" : `Add a layer after ${from}`}
          aria-label={from === null ? "Add a layer" : `Add a layer after ${from}`}
          role="combobox"
          aria-expanded={true}
          aria-controls="quick-add-list"
          aria-activedescendant={`quick-add-${index}`}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setIndex(0);
          }}
          spellCheck={false}
          autoComplete="off"
        />
      </div>
      <div className="items" id="quick-add-list" role="listbox">
        {found.length === 0 && <p className="none">No layer or block fits “{words.trim()}”.</p>}
        {found.map((offer, row) => (
          <div
            key={(offer.layer ?? offer.block).kind}
            id={`quick-add-${row}`}
            ref={(element) => {
              if (row === index) element?.scrollIntoView({ block: "nearest" });
            }}
            role="option"
            aria-selected={row === index}
            className="item"
            data-kind={(offer.layer ?? offer.block).kind}
            data-family={(offer.layer ?? offer.block).family ?? "block"}
            title={(offer.layer ?? offer.block).summary}
            onMouseDown={(event) => event.preventDefault()} // the field keeps the focus
            onClick={() => onPick(offer)}
            onPointerEnter={() => setIndex(row)}
          >
            <span className="tile">
              <Icon name={(offer.layer ?? offer.block).icon ?? "stacks"} />
            </span>
            <span className="name">{offer.layer ? offer.layer.kind : offer.block.title}</span>
            <span className="summary">{(offer.layer ?? offer.block).summary}</span>
          </div>
        ))}
      </div>
    </div>
  );
}
