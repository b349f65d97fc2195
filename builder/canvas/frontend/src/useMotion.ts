/**
 * While the picture moves or is far away it is drawn more simply: no shadows while it moves, no small text that nobody
 * could read. Only classes change, and nothing that has a size.
 */

import { useStore as useFlowStore } from "@xyflow/react";
import { useEffect, useMemo, type RefObject } from "react";

/** Below this scale text is smaller than 5 pixels. */
const FAR = 0.4;
/** Larger networks draw only what is in view. */
export const LARGE = 100;

export interface Motion {
  onMoveStart: () => void;
  stopped: () => void;
  onNodeDragStart: () => void;
}

export function useMotion(flow: RefObject<HTMLElement | null>): Motion {
  return useMemo(() => {
    const set = (name: string, on: boolean): void => void flow.current?.classList.toggle(name, on);
    return {
      onMoveStart: () => {
        set("moving", true);
        set("panning", true);
      },
      onNodeDragStart: () => set("moving", true),
      stopped: () => {
        set("moving", false);
        set("panning", false);
      },
    };
  }, [flow]);
}

/** Keeps the class `far` right; draws nothing. */
export function Distance({ flow }: { flow: RefObject<HTMLElement | null> }): null {
  const far = useFlowStore((state) => state.transform[2] < FAR);
  useEffect(() => void flow.current?.classList.toggle("far", far), [far, flow]);
  return null;
}

/** Whether the canvas is wide enough for a map that nobody has asked for. */
export function useRoomForMap(flow: RefObject<HTMLElement | null>): boolean {
  return useFlowStore((state) => state.width > 0 && (flow.current?.closest(".canvas")?.clientWidth ?? 0) >= 900);
}
