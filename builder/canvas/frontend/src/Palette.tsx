/** The layers that exist: click to add behind the selection, drag to place. */

import { useMemo, useRef, useState, type FocusEvent, type KeyboardEvent, type PointerEvent, type ReactElement } from "react";
import { FAMILY_TITLES, type Family, type Layer } from "./catalog";
import { useCanvas } from "./context";
import { layerExplained } from "./explained";
import { Icon } from "./icons";
import { LayerCard } from "./LayerCard";
import { recall, recentKinds, remember } from "./memory";
import { PaletteRow } from "./PaletteRow";
import { Shelf } from "./Shelf";
import { useLayerCard } from "./useLayerCard";
import type { DragFromPalette } from "./usePaletteDrag";

interface Props {
  open: boolean;
  onToggle: () => void;
  drag: DragFromPalette;
  onLeave: () => void;
}

export function Palette({ open, onToggle, drag, onLeave }: Props): ReactElement {
  const { catalog, actions } = useCanvas();
  const [words, setWords] = useState("");
  const [closed, setClosed] = useState<string[]>(() => recall("closed", []));
  const [recent, setRecent] = useState(recentKinds);
  const list = useRef<HTMLDivElement>(null);
  const aside = useRef<HTMLElement>(null);
  const card = useLayerCard(aside);
  const groups = useMemo(() => catalog.groups(), [catalog]);
  const found = words.trim() ? catalog.search(words) : null;

  const toggle = (family: Family): void => {
    const next = closed.includes(family) ? closed.filter((other) => other !== family) : [...closed, family];
    setClosed(next);
    remember("closed", next);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(aside.current, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "ArrowLeft" && (event.target as HTMLElement).closest(".layer-card")) {
      const shown = list.current?.querySelector<HTMLElement>(`.item[data-kind="${card.shown?.what.kind ?? ""}"]`);
      shown?.focus();
    } else if (event.key === "Escape") {
      if (card.shown) card.hide();
      else if (words) setWords("");
      else onLeave();
    } else if (event.key === "Enter" && found?.[0] && (event.target as HTMLElement).tagName === "INPUT") {
      actions.add(found[0].kind);
    }
  };

  // Not while one clicks: a list that grows at its top would put another layer under the pointer.
  const refresh = (): void => setRecent(recentKinds());
  const onPointerLeave = ({ pointerType }: PointerEvent): void => {
    if (pointerType === "mouse") refresh();
    card.leave();
  };
  const onBlur = ({ currentTarget, relatedTarget }: FocusEvent): void => {
    if (currentTarget.contains(relatedTarget)) return;
    refresh();
    card.leave();
  };

  const item = (layer: Layer): ReactElement => (
    <PaletteRow
      key={layer.kind}
      what={layerExplained(layer)}
      cards={card}
      onAdd={() => drag.wasClick() && actions.add(layer.kind)}
      onDrag={(event) => drag.start(event, layer)}
    />
  );

  if (!open) {
    return (
      <aside className="palette shut">
        <button
          type="button"
          className="tool"
          onClick={() => {
            refresh();
            onToggle();
          }}
          title="Show the layers"
          aria-label="Show the layers"
          aria-expanded={false}
        >
          <Icon name="left_panel_open" />
        </button>
      </aside>
    );
  }
  return (
    <aside
      className="palette"
      aria-label="Layers"
      ref={aside}
      onKeyDown={onKeyDown}
      onPointerLeave={onPointerLeave}
      onBlur={onBlur}
    >
      <div className="search">
        <Icon name="search" />
        <input
          type="search"
          placeholder="Find a layer"
          aria-label="Find a layer"
          value={words}
          onChange={(event) => setWords(event.target.value)}
          spellCheck={false}
          autoComplete="off"
        />
        <button
          type="button"
          className="tool"
          onClick={onToggle}
          title="Hide the layers"
          aria-label="Hide the layers"
          aria-expanded={true}
        >
          <Icon name="left_panel_close" />
        </button>
      </div>
      <div className="items" ref={list} onScroll={card.shown ? card.hide : undefined}>
        {found?.length === 0 && <p className="none">No layer fits “{words.trim()}”.</p>}
        {found?.map(item)}
        {found && <Shelf words={words} drag={drag} cards={card} />}
        {!found && recent.some((kind) => catalog.has(kind)) && (
          <section aria-label="Recently used">
            <h3>Recent</h3>
            {recent.filter((kind) => catalog.has(kind)).map((kind) => item(catalog.get(kind)))}
          </section>
        )}
        {!found && <Shelf words="" drag={drag} cards={card} />}
        {!found &&
          groups.map(({ family, layers }) => (
            <section key={family} aria-label={FAMILY_TITLES[family]}>
              <h3>
                <button type="button" aria-expanded={!closed.includes(family)} onClick={() => toggle(family)}>
                  <Icon name={closed.includes(family) ? "chevron_right" : "expand_more"} />
                  {FAMILY_TITLES[family]}
                </button>
              </h3>
              {!closed.includes(family) && layers.map(item)}
            </section>
          ))}
      </div>
      {card.shown && (
        <LayerCard {...card.shown} onEnter={card.stay} onLeave={card.leave} />
      )}
    </aside>
  );
}

/**
 * Move the focus among the items, which are one stop of the Tab key: from the search field or a heading to the next
 * one, and from the first back to the field.
 */
function step(palette: HTMLElement | null, by: number): void {
  const stops = [...(palette?.querySelectorAll<HTMLElement>(".search input, .item") ?? [])];
  const active = (palette?.getRootNode() as Document | ShadowRoot | undefined)?.activeElement;
  if (!active) return;
  const side = by > 0 ? Node.DOCUMENT_POSITION_FOLLOWING : Node.DOCUMENT_POSITION_PRECEDING;
  const ahead = stops.filter((stop) => active.compareDocumentPosition(stop) & side);
  (by > 0 ? ahead[0] : ahead.at(-1))?.focus();
}
