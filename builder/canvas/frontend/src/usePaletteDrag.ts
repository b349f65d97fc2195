/** Dragging a layer out of the palette, with pointer events: HTML's own dragging does not exist on touch screens. */

import { useReactFlow } from "@xyflow/react";
import { useRef, useState, type PointerEvent as ReactPointerEvent, type RefObject } from "react";
import type { Layer } from "./catalog";
import { useCanvas } from "./context";

const THRESHOLD = 6;

export interface DragFromPalette {
  start(event: ReactPointerEvent, layer: Layer): void;
  /** Whether the click that follows was a click, and not the end of a drag. */
  wasClick(): boolean;
  ghost: { layer: Layer; x: number; y: number } | null;
}

export function usePaletteDrag(flow: RefObject<HTMLElement | null>): DragFromPalette {
  const { actions, view } = useCanvas();
  const { screenToFlowPosition } = useReactFlow();
  const [ghost, setGhost] = useState<DragFromPalette["ghost"]>(null);
  const dragged = useRef(false);

  const start = (down: ReactPointerEvent, layer: Layer): void => {
    if (down.button !== 0) return;
    dragged.current = false;
    const item = down.currentTarget as HTMLElement;
    item.setPointerCapture(down.pointerId);
    const over = (event: PointerEvent): Element[] =>
      (item.getRootNode() as Document | ShadowRoot).elementsFromPoint(event.clientX, event.clientY);
    const edgeUnder = (event: PointerEvent): string | null =>
      over(event)
        .map((element) => element.closest(".react-flow__edge")?.getAttribute("data-id") ?? null)
        .find((id) => id !== null) ?? null;

    const move = (event: PointerEvent): void => {
      if (!dragged.current && Math.hypot(event.clientX - down.clientX, event.clientY - down.clientY) < THRESHOLD)
        return;
      dragged.current = true;
      setGhost({ layer, x: event.clientX, y: event.clientY });
      const edge = edgeUnder(event);
      view.mark(edge ? { [edge]: "drop" } : {});
    };
    const end = (event: PointerEvent): void => {
      item.removeEventListener("pointermove", move);
      item.removeEventListener("pointerup", end);
      item.removeEventListener("pointercancel", end);
      setGhost(null);
      view.mark({});
      if (!dragged.current || event.type === "pointercancel") return;
      const inside = over(event).some((element) => flow.current?.contains(element));
      if (!inside) return;
      const edge = edgeUnder(event);
      if (edge) actions.addOnEdge(layer.kind, edge);
      else actions.addAt(layer.kind, screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    };
    item.addEventListener("pointermove", move);
    item.addEventListener("pointerup", end);
    item.addEventListener("pointercancel", end);
  };

  return { start, ghost, wasClick: () => !dragged.current };
}
