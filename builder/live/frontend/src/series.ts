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

/** Exponential running mean, corrected at its start (Kingma and Ba 2015, section 3); it passes over gaps. */
export function runningMean(values: readonly (number | null)[]): (number | null)[] {
  const keep = 1 - 1 / Math.max(4, Math.min(50, values.length / 20));
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (value === null) return null;
    sum = keep * sum + (1 - keep) * value;
    weight = keep * weight + (1 - keep);
    return sum / weight;
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
