/** From the history to what a chart draws. */

import type { EpochEnded } from "./events";
import type { StepLosses } from "./history";

/** A column of a chart: `undefined` where the series has no point, `null` where its value is not finite. */
export type Column = (number | null | undefined)[];

/**
 * Training loss by step, its running mean over `reach` neighbours on either side, and by epoch the losses of training
 * and validation, over common steps.
 */
export function lossColumns(
  steps: StepLosses,
  epochs: readonly EpochEnded[],
  reach: number,
): [number[], Column, Column, Column, Column] {
  const x: number[] = [];
  const raw: Column = [];
  const smooth: Column = [];
  const training: Column = [];
  const validation: Column = [];
  const means = reach ? runningMean(steps.losses, reach) : steps.losses;
  let i = 0;
  let j = 0;
  while (i < steps.steps.length || j < epochs.length) {
    const step = steps.steps[i] ?? Infinity;
    const end = epochs[j]?.step ?? Infinity;
    const metrics = end <= step ? epochs[j]!.metrics : undefined;
    x.push(Math.min(step, end));
    raw.push(step <= end ? steps.losses[i] : undefined);
    smooth.push(step <= end ? means[i] : undefined);
    training.push(metrics?.["loss"]);
    validation.push(metrics?.["val_loss"]);
    if (step <= end) i++;
    if (end <= step) j++;
  }
  return [x, raw, smooth, training, validation];
}

/** A metric of training and validation by epoch, over the steps at which the epochs ended. */
export function metricColumns(name: string, epochs: readonly EpochEnded[]): [number[], Column, Column] {
  return [
    epochs.map((epoch) => epoch.step),
    epochs.map((epoch) => epoch.metrics[name]),
    epochs.map((epoch) => epoch.metrics[`val_${name}`]),
  ];
}

/**
 * The mean of each value and its neighbours, as many on either side: it neither lags behind a falling loss nor changes
 * once its neighbours are known. Gaps stay gaps.
 */
export function runningMean(values: readonly (number | null)[], reach: number): (number | null)[] {
  const sums = [0];
  const counts = [0];
  values.forEach((value, i) => {
    sums.push(sums[i]! + (value ?? 0));
    counts.push(counts[i]! + (value === null ? 0 : 1));
  });
  return values.map((value, i) => {
    if (value === null) return null;
    const side = Math.min(reach, i, values.length - 1 - i);
    return (sums[i + side + 1]! - sums[i - side]!) / (counts[i + side + 1]! - counts[i - side]!);
  });
}

const DECADES = [0, 1, 2, 3, 4, 5, 6, 7].map((power) => 10 ** power);
const ENDS = DECADES.flatMap((scale) => [1, 1.5, 2, 3, 5, 7.5].map((n) => n * scale)).filter(Number.isInteger);
const GAPS = [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, ...DECADES.flatMap((scale) => [1, 2, 5].map((n) => n * scale))];

/**
 * Where the axis of steps ends: it grows in jumps to round numbers of epochs, never past the plan, and fits exactly
 * once the run has ended.
 */
export function lastOnAxis(step: number, perEpoch: number | null, planned: number, ended: boolean): number {
  if (!perEpoch || ended) return Math.max(1, step);
  const epochs = ENDS.find((end) => end * perEpoch >= step) ?? step / perEpoch;
  return Math.max(step, Math.min(epochs, Math.max(planned, 1)) * perEpoch);
}

/** Steps from `from` to `to` at which the axis is marked: round numbers of epochs, about `most` at most. */
export function epochMarks(from: number, to: number, perEpoch: number, most: number): number[] {
  const epochs = (to - from) / perEpoch;
  const gap = GAPS.find((gap) => epochs / gap <= most && (gap >= 1 || epochs <= 6 * gap)) ?? epochs;
  const first = Math.ceil(from / perEpoch / gap - 1e-9);
  const last = Math.floor(to / perEpoch / gap + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * gap * perEpoch);
}

/** The index of the value nearest to `at` among ascending ones, -1 where there is none. */
export function closest(ascending: readonly number[], at: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < at) low = middle;
    else high = middle;
  }
  return high > low && ascending[high]! - at < at - ascending[low]! ? high : Math.min(low, high);
}

/** The index nearest to `index` at which a column has a point, -1 where it has none. */
export function nearest(column: Readonly<Column>, index: number): number {
  for (let away = 0; away < column.length; away++) {
    if (column[index - away] != null) return index - away;
    if (column[index + away] != null) return index + away;
  }
  return -1;
}
