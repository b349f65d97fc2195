/** When the card of a layer or block is shown: after a moment under the mouse, at once by keyboard, by its own button on touch. */

import { useEffect, useRef, useState, type FocusEvent, type KeyboardEvent, type PointerEvent, type RefObject } from "react";
import type { Explained } from "./explained";

const PATIENCE = 350;
/** Time to reach the card with the mouse. */
const GRACE = 160;

interface Shown {
  what: Explained;
  top: number;
}

export interface Cards {
  shown: Shown | null;
  stay: () => void;
  hide: () => void;
  leave: () => void;
  /** For the row of what is explained. */
  row(what: Explained): {
    onPointerEnter: (event: PointerEvent<HTMLElement>) => void;
    onPointerLeave: () => void;
    onPointerDown: () => void;
    onFocus: (event: FocusEvent<HTMLElement>) => void;
    onKeyDown: (event: KeyboardEvent<HTMLElement>) => void;
  };
  toggle(what: Explained, row: Element | null): void;
}

export function useLayerCard(palette: RefObject<HTMLElement | null>): Cards {
  const [shown, setShown] = useState<Shown | null>(null);
  const timer = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);

  const later = (ms: number, job: () => void): void => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(job, ms);
  };
  const show = (what: Explained, row: Element): void => {
    window.clearTimeout(timer.current);
    const area = palette.current?.getBoundingClientRect();
    if (!area) return;
    setShown({ what, top: row.getBoundingClientRect().top - area.top - 8 });
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
    row: (what) => ({
      onPointerEnter: ({ pointerType, buttons, currentTarget }) => {
        if (pointerType === "mouse" && buttons === 0) later(shown ? 60 : PATIENCE, () => show(what, currentTarget));
      },
      onPointerLeave: leave,
      onPointerDown: hide,
      onFocus: (event) => {
        if (event.target.matches(".item:focus-visible")) show(what, event.currentTarget);
      },
      onKeyDown: (event) => {
        const link = palette.current?.querySelector<HTMLElement>(".layer-card a");
        if (event.key === "ArrowRight" && link) link.focus();
      },
    }),
    toggle: (what, row) => (shown?.what.kind === what.kind || row === null ? hide() : show(what, row)),
  };
}
