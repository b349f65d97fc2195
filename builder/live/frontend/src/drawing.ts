/** Where the boxes of a network stand in a drawing of a given width: it flows to the right, in rows where it is long. */

/** A box: a layer, or a folded block of several `nodes`; `step` counts along the flow, `lane` across it. */
export interface PlanBox {
  title: string;
  kind: string;
  /** The colour of its family, as CSS. */
  hue: string;
  step: number;
  lane: number;
  nodes: string[];
}

/** `builder/charts/plan.py`. */
export interface Plan {
  boxes: PlanBox[];
  /** From box to box, by their places in the list. */
  lines: [number, number][];
}

interface Format {
  width: number;
  height: number;
  /** Between boxes along the flow, between lanes, and between rows. */
  gap: number;
  lane: number;
  row: number;
}

const NAMED: Format = { width: 108, height: 42, gap: 26, lane: 12, row: 26 };
const SMALL: Format = { width: 26, height: 18, gap: 14, lane: 8, row: 20 };
/** Rows of boxes with names; a longer network has small ones. */
const MOST_ROWS = 4;
/** Room above the first row and below the last for lines that bow. */
const EDGE = 14;

export interface Drawing {
  width: number;
  height: number;
  /** Whether boxes are large enough for their names. */
  named: boolean;
  box: { width: number; height: number };
  /** The corner at the top left of each box. */
  corners: (readonly [number, number])[];
  paths: string[];
}

export function lay(plan: Plan, width: number): Drawing {
  const steps = Math.max(0, ...plan.boxes.map((box) => box.step)) + 1;
  const rowsOf = (format: Format) => Math.ceil(steps / perRow(format, width));
  const named = rowsOf(NAMED) <= MOST_ROWS;
  const format = named ? NAMED : SMALL;
  const columns = Math.ceil(steps / rowsOf(format));
  const across = format.height + format.lane;
  const lanes = new Map<number, [number, number]>();
  for (const { step, lane } of plan.boxes) {
    const row = Math.floor(step / columns);
    const [low, high] = lanes.get(row) ?? [Infinity, -Infinity];
    lanes.set(row, [Math.min(low, lane), Math.max(high, lane)]);
  }
  const tops: number[] = [];
  let top = EDGE;
  for (let row = 0; row < rowsOf(format); row++) {
    const [low, high] = lanes.get(row) ?? [0, 0];
    tops.push(top - low * across);
    top += (high - low) * across + format.height + format.row;
  }
  const left = rowsOf(format) > 1 ? format.gap : 1;
  const corners = plan.boxes.map(({ step, lane }) => {
    const row = Math.floor(step / columns);
    return [left + (step - row * columns) * (format.width + format.gap), tops[row]! + lane * across] as const;
  });
  const rowOf = (box: number) => Math.floor(plan.boxes[box]!.step / columns);
  const paths = plan.lines.map(([a, b]) => line(corners[a]!, corners[b]!, format, rowOf(a) !== rowOf(b)));
  return { width, height: top - format.row + EDGE, named, box: format, corners, paths };
}

function perRow({ width, gap }: Format, room: number): number {
  return Math.max(1, Math.floor((room - gap) / (width + gap)));
}

/** From the right of a box to the left of another; over boxes between in a bow, into a later row around the corner. */
function line(from: readonly [number, number], to: readonly [number, number], format: Format, turns: boolean): string {
  const { width, height, gap, row } = format;
  const [x1, y1] = [from[0] + width, from[1] + height / 2];
  const [x2, y2] = [to[0], to[1] + height / 2];
  if (turns) {
    const middle = to[1] - row / 2;
    const bend = gap * 0.8;
    return `M${x1} ${y1}C${x1 + bend} ${y1} ${x1 + bend} ${middle} ${x1} ${middle}L${x2} ${middle}C${x2 - bend} ${middle} ${x2 - bend} ${y2} ${x2} ${y2}`;
  }
  if (x2 - x1 > width && Math.abs(y2 - y1) < 1) {
    const above = from[1] - Math.min(EDGE, format.row) * 0.7;
    return `M${x1} ${y1}C${x1 + gap * 0.6} ${y1} ${x1} ${above} ${x1 + gap} ${above}L${x2 - gap} ${above}C${x2} ${above} ${x2 - gap * 0.6} ${y2} ${x2} ${y2}`;
  }
  const bend = Math.max(6, (x2 - x1) / 2);
  return `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}
