/** Where the network goes between the buttons: pure geometry, in pixels of the drawing area. */

import type { Box } from "./layout";

export interface Viewport {
  x: number;
  y: number;
  zoom: number;
}

interface Area {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const MARGIN = 20;
/** Between the network and a button or the map. */
const CLEAR = 10;
/** Below this scale nothing can be read, so that a long network opens at its beginning instead. */
const READABLE = 0.6;
/** React Flow goes no further. */
const LEAST = 0.1;

/**
 * The largest picture of the whole network that no obstacle covers. Each obstacle is passed on one of its inner sides;
 * which one is tried out. `obstacles` are boxes inside the area of `width` by `height`.
 */
export function fitted(all: Box, width: number, height: number, obstacles: readonly Box[]): Viewport {
  return best(all, areas(width, height, obstacles), width);
}

/**
 * The whole network where it stays readable, else its beginning, at a readable scale: what does not fit leaves the
 * picture at the far end and passes no obstacle on its way there.
 */
export function opening(all: Box | null, width: number, height: number, obstacles: readonly Box[]): Viewport {
  if (all === null) return { x: width / 2, y: height / 3, zoom: 1 };
  const whole = fitted(all, width, height, obstacles);
  if (whole.zoom >= READABLE) return whole;
  const down = all.height >= all.width;
  const open = areas(width, height, obstacles).filter((area) =>
    down ? area.bottom === height - MARGIN : area.right === width - MARGIN,
  );
  // The far end may lie outside: only the other direction has to fit.
  const shown = open.map((area): [Area, number] => [
    area,
    down ? (area.right - area.left) / all.width : (area.bottom - area.top) / all.height,
  ]);
  const start = (area: Area): number => (down ? area.top : area.left);
  const fits = shown
    .filter(([, zoom]) => zoom >= READABLE)
    .sort(([one], [other]) => start(one) - start(other) || side(other, down) - side(one, down));
  const area = fits[0]?.[0];
  if (!area) return whole;
  const zoom = READABLE;
  const x = down ? centre(area.left, area.right, all.width * zoom, width) : area.left;
  const y = down ? area.top : centre(area.top, area.bottom, all.height * zoom, height);
  return { zoom, x: x - all.x * zoom, y: y - all.y * zoom };
}

const side = (area: Area, down: boolean): number => (down ? area.right - area.left : area.bottom - area.top);

function best(all: Box, areas: readonly Area[], whole: number): Viewport {
  let found: { area: Area; zoom: number } | null = null;
  for (const area of areas) {
    const zoom = Math.min((area.right - area.left) / all.width, (area.bottom - area.top) / all.height, 1);
    const better = found === null || zoom > found.zoom + 1e-6;
    const roomier = found !== null && Math.abs(zoom - found.zoom) <= 1e-6 && size(area) > size(found.area);
    if (better || roomier) found = { area, zoom };
  }
  const { area, zoom } = found as { area: Area; zoom: number };
  const scale = Math.max(zoom, LEAST);
  return {
    zoom: scale,
    x: centre(area.left, area.right, all.width * scale, whole) - all.x * scale,
    y: area.top + Math.max(0, (area.bottom - area.top - all.height * scale) / 2) - all.y * scale,
  };
}

const size = (area: Area): number => (area.right - area.left) * (area.bottom - area.top);

/** The start of something of this length: in the middle of the whole where the range allows it, else of the range. */
function centre(low: number, high: number, length: number, whole: number): number {
  return Math.max(low, Math.min((whole - length) / 2, high - length));
}

/** Every rectangle that remains when each obstacle is passed either beside it or above or below it. */
function areas(width: number, height: number, obstacles: readonly Box[]): Area[] {
  const full = { left: MARGIN, top: MARGIN, right: width - MARGIN, bottom: height - MARGIN };
  let found: Area[] = [full];
  for (const box of obstacles) {
    const middle = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    found = found.flatMap((area) => [
      middle.x < width / 2
        ? { ...area, left: Math.max(area.left, box.x + box.width + CLEAR) }
        : { ...area, right: Math.min(area.right, box.x - CLEAR) },
      middle.y < height / 2
        ? { ...area, top: Math.max(area.top, box.y + box.height + CLEAR) }
        : { ...area, bottom: Math.min(area.bottom, box.y - CLEAR) },
    ]);
  }
  const usable = found.filter((area) => area.right - area.left > 40 && area.bottom - area.top > 40);
  return usable.length > 0 ? usable : [full];
}

/** The smallest box around all of them. */
export function around(boxes: readonly Box[]): Box | null {
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
