/** A finger that draws on the canvas never flicks. */

import { useEffect, type RefObject } from "react";

/** Where a finger draws: a wire, or a box on the empty ground. Layers and the picture are moved by code that does it. */
const DRAWN = ".react-flow__pane, .react-flow__handle, .react-flow__edgeupdater";

/**
 * What is let go of while the finger still moves is no flick: the browser would take the next tap, on what that has led
 * to, for the end of it. It decides that with the first move.
 */
export function useNoFlicks(flow: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const area = flow.current;
    const keep = (event: TouchEvent): void => {
      if (event.cancelable && (event.target as Element).closest(DRAWN)) event.preventDefault();
    };
    area?.addEventListener("touchmove", keep, { passive: false });
    return () => area?.removeEventListener("touchmove", keep);
  }, [flow]);
}
