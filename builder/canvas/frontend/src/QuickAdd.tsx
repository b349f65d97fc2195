/** A search field at a point of the canvas: type, Enter, and the layer or block is there. */

import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from "react";
import { ownBlocks } from "./blocks";
import type { Offer } from "./catalog";
import { useCanvas, useShown } from "./context";
import { fittingFirst, kindOf, type Misfits } from "./continuations";
import { Icon } from "./icons";
import { recentKinds } from "./memory";
import type { WireEnd } from "./useConnecting";

const SHOWN = 60;

interface Props {
  /** Inside the flow area, in pixels. */
  x: number;
  y: number;
  /** The wire that the new layer is wanted for. */
  end: WireEnd | null;
  /** The node whose output it gets, where that is known: what fits there comes first. */
  behind: string | null;
  onPick: (offer: Offer) => void;
  onClose: () => void;
}

export function QuickAdd({ x, y, end, behind, onPick, onClose }: Props): ReactElement {
  const { store, catalog } = useCanvas();
  const { shelf } = useShown(store);
  const [words, setWords] = useState("");
  const [index, setIndex] = useState(0);
  const { misfits, order, touch, sort } = useMisfits(behind);
  const found = useMemo(() => catalog.offer(words, recentKinds(), ownBlocks(shelf)), [catalog, words, shelf]).filter((offer) => suits(offer, end));
  const wanted = end === null ? "Add a layer" : "from" in end ? `Add a layer after ${end.from}` : `Add a layer before ${end.into}`;
  const shown = fittingFirst(found, order).slice(0, SHOWN);
  const unfit = shown.findIndex((offer) => order?.[kindOf(offer)] !== undefined);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown") setIndex(Math.min(index + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setIndex(Math.max(index - 1, 0));
    else if (event.key === "Enter" && shown[index]) onPick(shown[index]);
    else if (event.key === "Escape" || event.key === "Tab") onClose();
    else return;
    touch();
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
          placeholder={wanted}
          aria-label={wanted}
          role="combobox"
          aria-expanded={true}
          aria-controls="quick-add-list"
          aria-activedescendant={`quick-add-${index}`}
          value={words}
          onChange={(event) => {
            setWords(event.target.value);
            setIndex(0);
            sort();
          }}
          spellCheck={false}
          autoComplete="off"
        />
      </div>
      <div className="items" id="quick-add-list" role="listbox" onPointerDown={touch}>
        {shown.length === 0 && <p className="none">No layer or block fits “{words.trim()}”.</p>}
        {shown.map((offer, row) => {
          const { kind, family, icon, summary } = offer.layer ?? offer.block;
          const reason = misfits?.[kind];
          return [
            row === unfit && (
              <p key="unfit" className="unfit" role="presentation">
                Does not fit behind {behind}
              </p>
            ),
            <div
              key={kind}
              id={`quick-add-${row}`}
              ref={(element) => {
                if (row === index) element?.scrollIntoView({ block: "nearest" });
              }}
              role="option"
              aria-selected={row === index}
              className={reason === undefined ? "item" : "item misfit"}
              data-kind={kind}
              data-family={family ?? "block"}
              title={reason === undefined ? summary : `${summary}\nBehind ${behind}: ${reason}`}
              onMouseDown={(event) => event.preventDefault()} // the field keeps the focus
              onClick={() => onPick(offer)}
              onPointerMove={({ movementX, movementY }) => {
                // Rows also come to lie under a pointer that rests: then the keyboard's choice stays.
                if (movementX === 0 && movementY === 0) return;
                touch();
                setIndex(row);
              }}
            >
              <span className="tile">
                <Icon name={icon ?? "stacks"} />
              </span>
              <span className="name">{offer.layer ? kind : offer.block.title}</span>
              <span className="summary">{reason ?? summary}</span>
            </div>,
          ];
        })}
      </div>
    </div>
  );
}

/** Whether it can stand at the loose end of a wire: what takes no input cannot follow, and only a layer is put before. */
function suits({ layer }: Offer, end: WireEnd | null): boolean {
  if (end === null) return true;
  return "from" in end ? layer?.ports.most !== 0 : layer !== undefined;
}

/**
 * What does not fit, and the same as the list is sorted by it: an answer that comes late moves no row that somebody may
 * already be aiming at.
 */
function useMisfits(behind: string | null): {
  misfits: Misfits | null;
  order: Misfits | null;
  touch: () => void;
  sort: () => void;
} {
  const { actions } = useCanvas();
  const [misfits, setMisfits] = useState(() => (behind === null ? null : actions.continuations.known(behind)));
  const [order, setOrder] = useState(misfits);
  const touched = useRef(false);
  useEffect(() => {
    if (behind === null) return undefined;
    let open = true;
    void actions.continuations.ask(behind).then((told) => {
      if (!open) return;
      setMisfits(told);
      if (!touched.current) setOrder(told);
    });
    return () => {
      open = false;
    };
  }, [actions, behind]);
  return {
    misfits,
    order,
    touch: () => {
      touched.current = true;
    },
    sort: () => setOrder(misfits),
  };
}
