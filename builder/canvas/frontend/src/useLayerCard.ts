/**
 * When the card of a layer is shown: after a moment under the mouse, at once by keyboard, by its own button on
 * touch.
 */

import {
  useEffect,
  useRef,
  useState,
  type FocusEvent,
  type KeyboardEvent,
  type PointerEvent,
  type RefObject,
} from "react";
import type { Layer } from "./catalog";

const PATIENCE = 350;
/** Time to reach the card with the mouse. */
const GRACE = 160;

interface Shown {
  layer: Layer;
  top: number;
}

export interface Cards {
  shown: Shown | null;
  stay: () => void;
  hide: () => void;
  leave: () => void;
  /** For the row of a layer. */
  row(layer: Layer): {
    onPointerEnter: (event: PointerEvent<HTMLElement>) => void;
    onPointerLeave: () => void;
    onPointerDown: () => void;
    onFocus: (event: FocusEvent<HTMLElement>) => void;
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  };
  toggle(layer: Layer, row: Element | null): void;
}

export function useLayerCard(palette: RefObject<HTMLElement | null>): Cards {
  const [shown, setShown] = useState<Shown | null>(null);
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const later = (ms: number, job: () => void): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(job, ms);
  };
  const show = (layer: Layer, row: Element): void => {
    window.clearTimeout(timer.current);
    const area = palette.current?.getBoundingClientRect();
    if (!area) return;
    setShown({ layer, top: row.getBoundingClientRect().top - area.top - 8 });
  };
  const hide = (): void => {
    window.clearTimeout(timer.current);
    setShown(null);
  };
  const leave = (): void => later(GRACE, hide);

  return {
    shown,
    stay: () => window.clearTimeout(timer.current),
    hide,
    leave,
    row: (layer) => ({
      onPointerEnter: ({ pointerType, buttons, currentTarget }) => {
        if (pointerType === "mouse" && buttons === 0) later(shown ? 60 : PATIENCE, () => show(layer, currentTarget));
      },
      onPointerLeave: leave,
      onPointerDown: hide,
      onFocus: (event) => {
        if (event.target.matches(".item:focus-visible")) show(layer, event.currentTarget);
      },
      onKeyDown: (event) => {
        const link = palette.current?.querySelector<HTMLElement>(".layer-card a");
        if (event.key === "ArrowRight" && link) link.focus();
      },
    }),
    toggle: (layer, row) => (shown?.layer === layer || row === null ? hide() : show(layer, row)),
  };
}
