/** From the history to what a chart draws. */

import type { EpochEnded } from "./events";
import type { StepLosses } from "./history";

/** A column of a chart: `undefined` where the series has no point, `null` where its value is not finite. */
export type Column = (number | null | undefined)[];

/** Training loss by step, its running mean, and by epoch the losses of training and validation, over common steps. */
export function lossColumns(steps: StepLosses, epochs: readonly EpochEnded[]): [number[], Column, Column, Column, Column] {
  const x: number[] = [];
  const raw: Column = [];
  const smooth: Column = [];
  const training: Column = [];
  const validation: Column = [];
  const means = runningMean(steps.losses);
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

const REACH = 12;

/**
 * The mean of each value and its neighbours, as many on either side: it neither lags behind a falling loss nor changes
 * once its neighbours are known. Gaps stay gaps.
 */
export function runningMean(values: readonly (number | null)[], reach = REACH): (number | null)[] {
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
const GAPS = [0.25, 0.5, ...DECADES.flatMap((scale) => [1, 2, 5].map((n) => n * scale))];

/**
 * Where the axis of steps ends: it grows in jumps to round numbers of epochs, never past the plan, and fits exactly
 * once the run has ended.
 */
export function lastOnAxis(step: number, perEpoch: number | null, planned: number, ended: boolean): number {
  if (!perEpoch || ended) return Math.max(1, step);
  const epochs = ENDS.find((end) => end * perEpoch >= step) ?? step / perEpoch;
  return Math.max(step, Math.min(epochs, Math.max(planned, 1)) * perEpoch);
}

/** Steps at which the axis is marked: round numbers of epochs, at most `most` of them beside the start. */
export function epochMarks(last: number, perEpoch: number, most: number): number[] {
  const epochs = last / perEpoch;
  const gap = GAPS.find((gap) => epochs / gap <= most && (gap >= 1 || epochs <= 6 * gap)) ?? epochs;
  return Array.from({ length: Math.floor(epochs / gap + 1e-9) + 1 }, (_, i) => i * gap * perEpoch);
}

/** The index nearest to `index` at which a column has a point, -1 where it has none. */
export function nearest(column: Column, index: number): number {
  for (let away = 0; away < column.length; away++) {
    if (column[index - away] != null) return index - away;
    if (column[index + away] != null) return index + away;
  }
  return -1;
}
