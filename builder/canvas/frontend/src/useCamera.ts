/** What is seen of the network: fitted when a draft comes on screen, and from then on only moved on purpose. */

import { useNodesInitialized, useReactFlow, type Viewport } from "@xyflow/react";
import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from "react";
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

/** A picture of the whole network as it was fitted in. */
interface Fitting {
  how: typeof fitted;
  viewport: Viewport;
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

  const last = useRef<Fitting | null>(null);

  const show = useCallback(
    (how: typeof fitted, duration: number): void => {
      const area = flow.current;
      const all = around([...view.boxes().values()]);
      if (!all || !area) return;
      const viewport = how(all, area.clientWidth, area.clientHeight, obstacles(area));
      last.current = { how, viewport };
      void setViewport(viewport, { duration });
    },
    [view, flow, setViewport],
  );

  const slowly = (): number => (window.matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 200);

  const camera = useMemo<Camera>(() => {
    return {
      fit: () => afterDrawing(() => show(fitted, slowly())),
      open: () => afterDrawing(() => show(opening, slowly())),
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
  }, [view, flow, show, getViewport, setViewport, zoomTo]);

  useLayoutEffect(() => {
    const area = flow.current;
    if (draft === null || draft === shownDraft || area === null || !(initialized || empty)) return;
    const before = remembered.get(draft);
    if (before) void setViewport(before);
    else if (empty) void setViewport(opening(null, area.clientWidth, area.clientHeight, []));
    else show(opening, 0);
    setShownDraft(draft);
  }, [draft, shownDraft, initialized, empty, flow, show, setViewport]);

  // A whole picture that nobody has moved stays whole when the area gets another size.
  useEffect(() => {
    const area = flow.current;
    if (area === null) return;
    const observer = new ResizeObserver(() =>
      afterDrawing(() => {
        if (last.current && same(last.current.viewport, getViewport())) show(last.current.how, 0);
      }),
    );
    observer.observe(area);
    return () => observer.disconnect();
  }, [flow, show, getViewport]);

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

const same = (one: Viewport, other: Viewport): boolean =>
  one.x === other.x && one.y === other.y && one.zoom === other.zoom;

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
