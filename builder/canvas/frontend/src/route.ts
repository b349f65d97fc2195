/** The way of an edge: straight down where nothing stands in between, else along a lane beside what does. */

import { turnBox, turnBoxes, type Direction } from "./direction";
import { overlapsAny, type Box, type Boxes } from "./layout";
import type { Rect } from "./drawing";
import type { Edge, Position } from "./graph";
import { edgeId } from "./graph";

/** Between a lane and the nodes beside it: room for half a label. */
const CLEARANCE = 42;
const BETWEEN_LANES = 14;

/** For each edge that has to go around nodes: the x of its lane, or its y where data flows to the right. */
export function lanes(
  edges: readonly Edge[],
  places: Boxes,
  direction: Direction = "down",
  /** What else is in the way of an edge. */
  foreign: (edge: Edge) => readonly Box[] = () => [],
): Map<string, number> {
  const boxes = direction === "right" ? turnBoxes(places) : places;
  const obstacles = (edge: Edge): readonly Box[] =>
    direction === "right" ? foreign(edge).map(turnBox) : foreign(edge);
  const inBand = bands(boxes);
  const found = new Map<string, number>();
  const used: { x: number; top: number; bottom: number }[] = [];
  for (const edge of edges) {
    const source = boxes.get(edge.source);
    const target = boxes.get(edge.target);
    if (!source || !target) continue;
    const top = source.y + source.height;
    const bottom = target.y;
    const [from, to] = [source.x + source.width / 2, target.x + target.width / 2];
    const corridor: Box = {
      x: Math.min(from, to) - 4,
      y: top + 4,
      width: Math.abs(from - to) + 8,
      height: bottom - top - 8,
    };
    if (corridor.height < 40) continue;
    const own = inBand(top, bottom).filter((box) => box !== source && box !== target);
    const between = [...own, ...obstacles(edge).filter((box) => box.y < bottom && box.y + box.height > top)];
    if (between.length === 0 || !crossed(from, to, top, bottom, between)) continue;
    const x = lane(corridor, between);
    const taken = used.filter((other) => other.top < bottom && other.bottom > top);
    let free = x;
    while (taken.some((other) => Math.abs(other.x - free) < BETWEEN_LANES))
      free += BETWEEN_LANES * Math.sign(x - from || 1);
    used.push({ x: free, top, bottom });
    found.set(edgeId(edge), free);
  }
  return found;
}

/** A question for the boxes that reach into a range of heights: this is asked for each edge, at each step of a drag. */
function bands(boxes: Boxes): (top: number, bottom: number) => Box[] {
  const sorted = [...boxes.values()].sort((one, other) => one.y - other.y);
  const highest = Math.max(0, ...sorted.map(({ height }) => height));
  return (top, bottom) => {
    let low = 0;
    for (let high = sorted.length; low < high;) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as Box).y <= top - highest) low = middle + 1;
      else high = middle;
    }
    const found: Box[] = [];
    for (let index = low; index < sorted.length; index += 1) {
      const box = sorted[index] as Box;
      if (box.y >= bottom) break;
      if (box.y + box.height > top) found.push(box);
    }
    return found;
  };
}

/** Whether the plain curve from (from, top) to (to, bottom) would run through a node. */
function crossed(from: number, to: number, top: number, bottom: number, boxes: readonly Box[]): boolean {
  for (let step = 1; step < 16; step += 1) {
    const t = step / 16;
    const share = t * t * (3 - 2 * t);
    const point = { x: from + (to - from) * share - 3, y: top + (bottom - top) * t - 3, width: 6, height: 6 };
    if (overlapsAny(point, boxes)) return true;
  }
  return false;
}

/** The nearer free side of everything in the way. */
function lane(corridor: Box, between: readonly Box[]): number {
  let left = corridor.x;
  let right = corridor.x + corridor.width;
  for (let grown = true; grown;) {
    grown = false;
    for (const box of between) {
      if (box.x < right + CLEARANCE && box.x + box.width > left - CLEARANCE) {
        if (box.x - CLEARANCE < left || box.x + box.width + CLEARANCE > right) {
          const [before, after] = [left, right];
          left = Math.min(left, box.x - CLEARANCE);
          right = Math.max(right, box.x + box.width + CLEARANCE);
          grown ||= left !== before || right !== after;
        }
      }
    }
  }
  const middle = corridor.x + corridor.width / 2;
  return middle - left < right - middle ? left : right;
}

const HALF_LABEL = 8;
const STEPS = 24;

/**
 * Where the label of an edge goes: in its middle, or as near to that as no title bar is in the way; null where there is
 * no such place. `lane` as for `lanePath`; without one the edge is the curve that React Flow draws.
 */
export function labelPlace(
  from: Position,
  to: Position,
  lane: number | null,
  direction: Direction,
  width: number,
  headers: readonly Rect[],
): Position | null {
  const right = direction === "right";
  const [a1, b1, a2, b2] = right ? [from.y, from.x, to.y, to.x] : [from.x, from.y, to.x, to.y];
  const room = right ? width / 2 : HALF_LABEL;
  const drop = lane === null ? 0 : bend(b1, b2) * 1.6;
  const [low, high] = [b1 + Math.max(room + 2, drop), b2 - Math.max(room + 2, drop)];
  for (let step = 0; step <= 2 * STEPS; step += 1) {
    // The middle, then in turn a little before and behind it.
    const t = 0.5 + ((step % 2 === 1 ? -1 : 1) * Math.ceil(step / 2)) / (2 * STEPS);
    // The curve's handles are half its length long.
    const along = b1 + (b2 - b1) * (t * (1 - t) * 1.5 + t ** 3);
    const across = lane ?? a1 + (a2 - a1) * t * t * (3 - 2 * t);
    if (step > 0 && (along < low || along > high)) continue;
    const at = right ? { x: along, y: across } : { x: across, y: along };
    const label = { x: at.x - width / 2, y: at.y - HALF_LABEL, width, height: 2 * HALF_LABEL };
    if (!headers.some((header) => meet(label, header))) return at;
  }
  return null;
}

const meet = (one: Rect, other: Rect): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

const bend = (from: number, to: number): number => Math.min(36, Math.max(18, (to - from) / 4));

/**
 * An SVG path from (x1, y1) down, or to the right, to (x2, y2) through a lane beside what stands between, with
 * round corners.
 */
export function lanePath(x1: number, y1: number, x2: number, y2: number, lane: number, direction: Direction): string {
  const [a1, b1, a2, b2] = direction === "right" ? [y1, x1, y2, x2] : [x1, y1, x2, y2];
  const drop = bend(b1, b2);
  const at = (across: number, along: number): string =>
    direction === "right" ? `${along},${across}` : `${across},${along}`;
  return (
    `M ${at(a1, b1)} C ${at(a1, b1 + drop)} ${at(lane, b1 + drop * 0.4)} ${at(lane, b1 + drop * 1.6)} ` +
    `L ${at(lane, b2 - drop * 1.6)} C ${at(lane, b2 - drop * 0.4)} ${at(a2, b2 - drop)} ${at(a2, b2)}`
  );
}
