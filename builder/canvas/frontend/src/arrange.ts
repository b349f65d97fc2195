/** Aligning and distributing: where the chosen nodes go, as positions. */

import type { Position } from "./graph";
import type { Box, Boxes } from "./layout";

export const ARRANGEMENTS = [
  { command: "alignLeft", icon: "align_horizontal_left", title: "Align left edges", keys: "Alt A", least: 2 },
  { command: "alignCentre", icon: "align_horizontal_center", title: "Align centres", keys: "Alt H", least: 2 },
  { command: "alignRight", icon: "align_horizontal_right", title: "Align right edges", keys: "Alt D", least: 2 },
  { command: "alignTop", icon: "align_vertical_top", title: "Align top edges", keys: "Alt W", least: 2 },
  { command: "alignMiddle", icon: "align_vertical_center", title: "Align middles", keys: "Alt V", least: 2 },
  { command: "alignBottom", icon: "align_vertical_bottom", title: "Align bottom edges", keys: "Alt S", least: 2 },
  {
    command: "distributeAcross",
    icon: "horizontal_distribute",
    title: "Same gaps from left to right",
    keys: "Alt Shift H",
    least: 3,
  },
  {
    command: "distributeDown",
    icon: "vertical_distribute",
    title: "Same gaps from top to bottom",
    keys: "Alt Shift V",
    least: 3,
  },
] as const;

export type Arrangement = (typeof ARRANGEMENTS)[number]["command"];

export const isArrangement = (command: string): command is Arrangement =>
  ARRANGEMENTS.some((arrangement) => arrangement.command === command);

type Move = (all: Box[]) => (box: Box) => Position;

const least = (all: Box[], edge: (box: Box) => number): number => Math.min(...all.map(edge));
const most = (all: Box[], edge: (box: Box) => number): number => Math.max(...all.map(edge));
const right = (box: Box): number => box.x + box.width;
const bottom = (box: Box): number => box.y + box.height;

const MOVES: Record<Arrangement, Move> = {
  alignLeft: (all) => {
    const x = least(all, (box) => box.x);
    return (box) => ({ x, y: box.y });
  },
  alignCentre: (all) => {
    const x = (least(all, (box) => box.x) + most(all, right)) / 2;
    return (box) => ({ x: x - box.width / 2, y: box.y });
  },
  alignRight: (all) => {
    const x = most(all, right);
    return (box) => ({ x: x - box.width, y: box.y });
  },
  alignTop: (all) => {
    const y = least(all, (box) => box.y);
    return (box) => ({ x: box.x, y });
  },
  alignMiddle: (all) => {
    const y = (least(all, (box) => box.y) + most(all, bottom)) / 2;
    return (box) => ({ x: box.x, y: y - box.height / 2 });
  },
  alignBottom: (all) => {
    const y = most(all, bottom);
    return (box) => ({ x: box.x, y: y - box.height });
  },
  distributeAcross: (all) => {
    const at = spread(all.map(({ x, width }) => ({ start: x, size: width })));
    return (box) => ({ x: at[all.indexOf(box)] ?? box.x, y: box.y });
  },
  distributeDown: (all) => {
    const at = spread(all.map(({ y, height }) => ({ start: y, size: height })));
    return (box) => ({ x: box.x, y: at[all.indexOf(box)] ?? box.y });
  },
};

/** New starts with the same gap between neighbours; the first and the last stay. */
function spread(ranges: { start: number; size: number }[]): number[] {
  const order = ranges.map((_, index) => index).sort((one, other) => start(one) - start(other));
  function start(index: number): number {
    return ranges[index]?.start ?? 0;
  }
  const end = Math.max(...ranges.map(({ start, size }) => start + size));
  const sizes = ranges.reduce((sum, { size }) => sum + size, 0);
  const gap = (end - start(order[0] ?? 0) - sizes) / Math.max(1, ranges.length - 1);
  const found: number[] = [];
  let next = start(order[0] ?? 0);
  for (const index of order) {
    found[index] = next;
    next += (ranges[index]?.size ?? 0) + gap;
  }
  return found;
}

/** Where the nodes go; nothing where too few are chosen. */
export function arranged(how: Arrangement, boxes: Boxes, ids: readonly string[]): Record<string, Position> {
  const chosen = ids.flatMap((id): [string, Box][] => {
    const box = boxes.get(id);
    return box ? [[id, box]] : [];
  });
  if (chosen.length < (ARRANGEMENTS.find(({ command }) => command === how)?.least ?? 2)) return {};
  const move = MOVES[how](chosen.map(([, box]) => box));
  return Object.fromEntries(
    chosen.map(([id, box]) => {
      const { x, y } = move(box);
      return [id, { x: Math.round(x), y: Math.round(y) }];
    }),
  );
}
