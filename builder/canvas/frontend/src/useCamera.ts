/** What is seen of the network: fitted when a draft comes on screen, and from then on only moved on purpose. */

import { useNodesInitialized, useReactFlow, type Viewport } from "@xyflow/react";
import { useCallback, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
import type { Camera } from "./actions";
import { around, fitted, opening } from "./fit";
import type { Box } from "./layout";
import type { View } from "./view";

/** Room around what is brought into view, so that no button covers it. */
const REVEAL = 64;
/** How far an arrow key moves the picture, in pixels. */
const PAN = 40;
const TOWARDS = { left: [-1, 0], right: [1, 0], up: [0, -1], down: [0, 1] } as const;

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
  const { setViewport, getViewport, zoomTo } = useReactFlow();
  const initialized = useNodesInitialized();
  const [shownDraft, setShownDraft] = useState<string | null>(null);
  const current = useRef(draft);
  current.current = draft;

  const slowly = (): number => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200);

  const camera = useMemo<Camera>(() => {
    const show = (how: typeof fitted): void =>
      afterDrawing(() => {
        const area = flow.current;
        const all = around([...view.boxes().values()]);
        if (!all || !area) return;
        void setViewport(how(all, area.clientWidth, area.clientHeight, obstacles(area)), { duration: slowly() });
      });
    return {
      fit: () => show(fitted),
      open: () => show(opening),
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
      pan: (direction, far) => {
        const [dx, dy] = TOWARDS[direction];
        const { x, y, zoom } = getViewport();
        const step = far ? 5 * PAN : PAN;
        void setViewport({ x: x - dx * step, y: y - dy * step, zoom });
      },
    };
  }, [view, flow, getViewport, setViewport, zoomTo]);

  useLayoutEffect(() => {
    const area = flow.current;
    if (draft === null || draft === shownDraft || area === null || !(initialized || empty)) return;
    const before = remembered.get(draft);
    const all = around([...view.boxes().values()]);
    void setViewport(before ?? opening(all, area.clientWidth, area.clientHeight, obstacles(area)));
    setShownDraft(draft);
  }, [draft, shownDraft, initialized, empty, view, flow, setViewport]);

  const onMoved = useCallback((viewport: Viewport) => {
    if (current.current !== null) remembered.set(current.current, viewport);
  }, []);

  return { camera, ready: draft !== null && draft === shownDraft, onMoved };
}

/** What lies over the drawing area, in its pixels. */
function obstacles(area: HTMLElement): Box[] {
  const { left, top } = area.getBoundingClientRect();
  return [...area.querySelectorAll(".bar, .react-flow__minimap")].flatMap((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return width > 0 ? [{ x: x - left, y: y - top, width, height }] : [];
  });
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
