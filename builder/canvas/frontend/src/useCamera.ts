/** What is seen of the network: fitted when a draft comes on screen, and from then on only moved on purpose. */

import { useNodesInitialized, useReactFlow, type Viewport } from "@xyflow/react";
import { useCallback, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import type { Camera } from "./actions";
import type { Box } from "./layout";
import type { View } from "./view";

const MARGIN = 24;
/** Room around what is brought into view, so that no button covers it. */
const REVEAL = 64;
/** Below this scale nothing can be read, so that a long network is shown from its top instead. */
const READABLE = 0.6;

/** Where each draft was looked at, for the time that the page lives: another page and back changes nothing. */
const remembered = new Map<string, Viewport>();

export interface CameraState {
  camera: Camera;
  /** False until the first picture is right. */
  ready: boolean;
  onMoved: (viewport: Viewport) => void;
}

export function useCamera(
  view: View,
  draft: string | null,
  empty: boolean,
  flow: RefObject<HTMLElement | null>,
): CameraState {
  const { setViewport, getViewport, fitView, zoomTo } = useReactFlow();
  const initialized = useNodesInitialized();
  const [shownDraft, setShownDraft] = useState<string | null>(null);
  const current = useRef(draft);
  current.current = draft;

  const slowly = (): number => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200);

  const camera = useMemo<Camera>(
    () => ({
      fit: () => afterDrawing(() => void fitView({ padding: 0.12, maxZoom: 1, duration: slowly() })),
      reveal: (ids) =>
        afterDrawing(() => {
          const area = flow.current;
          const boxes = view.boxes();
          const target = around(ids.flatMap((id) => boxes.get(id) ?? []));
          if (!target || !area) return;
          const { x, y, zoom } = getViewport();
          const left = target.x * zoom + x;
          const top = target.y * zoom + y;
          const dx = nudge(left, left + target.width * zoom, area.clientWidth);
          const dy = nudge(top, top + target.height * zoom, area.clientHeight);
          if (dx !== 0 || dy !== 0) void setViewport({ x: x + dx, y: y + dy, zoom }, { duration: slowly() });
        }),
      zoom: (factor) => void zoomTo(getViewport().zoom * factor, { duration: slowly() / 2 }),
    }),
    [view, flow, fitView, getViewport, setViewport, zoomTo],
  );

  useLayoutEffect(() => {
    const area = flow.current;
    if (draft === null || draft === shownDraft || area === null || !(initialized || empty)) return;
    const before = remembered.get(draft);
    void setViewport(before ?? opening([...view.boxes().values()], area.clientWidth, area.clientHeight));
    setShownDraft(draft);
  }, [draft, shownDraft, initialized, empty, view, flow, setViewport]);

  const onMoved = useCallback((viewport: Viewport) => {
    if (current.current !== null) remembered.set(current.current, viewport);
  }, []);

  return { camera, ready: draft !== null && draft === shownDraft, onMoved };
}

/** The whole network where it stays readable, else its upper part. */
function opening(boxes: Box[], width: number, height: number): Viewport {
  const all = around(boxes);
  if (!all) return { x: width / 2, y: height / 3, zoom: 1 };
  const whole = Math.min((width - 2 * MARGIN) / all.width, (height - 2 * MARGIN) / all.height, 1);
  const zoom = Math.max(whole, Math.min(READABLE, (width - 2 * MARGIN) / all.width));
  const rest = height - all.height * zoom;
  return {
    zoom,
    x: (width - all.width * zoom) / 2 - all.x * zoom,
    y: Math.max(rest / 2, MARGIN) - all.y * zoom,
  };
}

function around(boxes: Box[]): Box | null {
  if (boxes.length === 0) return null;
  const x = Math.min(...boxes.map((box) => box.x));
  const y = Math.min(...boxes.map((box) => box.y));
  return {
    x,
    y,
    width: Math.max(...boxes.map((box) => box.x + box.width)) - x,
    height: Math.max(...boxes.map((box) => box.y + box.height)) - y,
  };
}

/** How far to push so that the range from `low` to `high` is inside `size`. */
function nudge(low: number, high: number, size: number): number {
  if (low >= REVEAL && high <= size - REVEAL) return 0;
  if (high - low > size - 2 * REVEAL) return REVEAL - low;
  return low < REVEAL ? REVEAL - low : size - REVEAL - high;
}

/** New nodes have a size only after React has drawn them and the browser has laid them out. */
function afterDrawing(job: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(job));
}
