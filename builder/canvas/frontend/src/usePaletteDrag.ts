/** Dragging a layer out of the palette, with pointer events: HTML's own dragging does not exist on touch screens. */

import { useReactFlow } from "@xyflow/react";
import { useRef, useState, type PointerEvent as ReactPointerEvent, type RefObject } from "react";
import type { Ready } from "./blocks";
import type { Layer } from "./catalog";
import { useCanvas } from "./context";
import type { Position } from "./graph";

const THRESHOLD = 6;

export interface DragFromPalette {
  start(event: ReactPointerEvent, layer: Layer): void;
  startBlock(event: ReactPointerEvent, block: Ready): void;
  /** Whether the click that follows was a click, and not the end of a drag. */
  wasClick(): boolean;
  ghost: (Look & Position) | null;
}

/** What the pointer carries. */
interface Look {
  title: string;
  icon: string;
  family: string;
}

interface Landing {
  onEdge(edge: string): void;
  at(point: Position): void;
}

export function usePaletteDrag(flow: RefObject<HTMLElement | null>): DragFromPalette {
  const { actions, view } = useCanvas();
  const { screenToFlowPosition } = useReactFlow();
  const [ghost, setGhost] = useState<DragFromPalette["ghost"]>(null);
  const dragged = useRef(false);

  const carry = (down: ReactPointerEvent, look: Look, landing: Landing): void => {
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
      setGhost({ ...look, x: event.clientX, y: event.clientY });
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
      if (edge) landing.onEdge(edge);
      else landing.at(screenToFlowPosition({ x: event.clientX, y: event.clientY }));
    };
    item.addEventListener("pointermove", move);
    item.addEventListener("pointerup", end);
    item.addEventListener("pointercancel", end);
  };

  const start = (down: ReactPointerEvent, { kind, icon, family }: Layer): void =>
    carry(
      down,
      { title: kind, icon, family },
      { onEdge: (edge) => actions.addOnEdge(kind, edge), at: (point) => actions.addAt(kind, point) },
    );
  const startBlock = (down: ReactPointerEvent, block: Ready): void =>
    carry(
      down,
      { title: block.title, icon: block.icon ?? "stacks", family: block.family ?? "block" },
      {
        onEdge: (edge) => actions.blocks.addReadyOnEdge(block, edge),
        at: (point) => actions.blocks.addReadyAt(block, point),
      },
    );

  return { start, startBlock, ghost, wasClick: () => !dragged.current };
}
