import { describe, expect, test } from "vitest";

import type { EpochEnded } from "./events";
import { StepLosses } from "./history";
import { closest, epochMarks, lastOnAxis, lossColumns, metricColumns, nearest, runningMean } from "./series";

const ended = (epoch: number, step: number, metrics: Record<string, number | null>): EpochEnded => ({
  seq: epoch,
  time: 0,
  type: "epoch",
  epoch,
  step,
  metrics,
  seconds: 1,
  learning_rate: null,
  best: false,
});

test("steps and epochs share one axis, with nothing where a line has no point", () => {
  const steps = new StepLosses();
  steps.add(1, [1, 2, 4], [3, null, 1]);
  const epochs = [ended(1, 2, { loss: 2.5, val_loss: 2.4 }), ended(2, 5, { loss: 1.5, val_loss: null })];
  const [x, raw, , training, validation] = lossColumns(steps, epochs, 0);
  expect(x).toEqual([1, 2, 4, 5]);
  expect(raw).toEqual([3, null, 1, undefined]);
  expect(training).toEqual([undefined, 2.5, undefined, 1.5]);
  expect(validation).toEqual([undefined, 2.4, undefined, null]);
});

test("a metric without validation leaves that line empty", () => {
  expect(metricColumns("auc", [ended(1, 10, { auc: 0.5 })])).toEqual([[10], [0.5], [undefined]]);
});

describe("the running mean", () => {
  test("takes as many neighbours on either side, fewer at the ends", () => {
    expect(runningMean([1, 4, 1, 4, 1], 1)).toEqual([1, 2, 3, 2, 1]);
  });

  test("does not lag behind a straight line", () => {
    const line = Array.from({ length: 60 }, (_, i) => 60 - i);
    runningMean(line, 12).forEach((mean, i) => expect(mean).toBeCloseTo(line[i]!));
  });

  test("leaves gaps as they are", () => {
    expect(runningMean([2, null, 4], 5)).toEqual([2, null, 4]);
    expect(runningMean([2, 8, null], 1)).toEqual([2, 5, null]);
  });
});

describe("the axis of steps", () => {
  test.each([
    [4, 10, 100, false, 10],
    [11, 10, 100, false, 20],
    [95, 10, 100, false, 100],
    [38, 10, 4, false, 40],
    [38, 10, 100, true, 38],
    [38, null, 100, false, 38],
    [450, 10, 40, false, 450],
  ])("at step %d with %s steps an epoch of %d, ended %s, ends at %d", (step, perEpoch, planned, over, last) => {
    expect(lastOnAxis(step, perEpoch, planned, over)).toBe(last);
  });

  test("never ends before the newest step, and grows in jumps", () => {
    const ends = new Set<number>();
    for (let step = 1; step <= 3000; step++) {
      const last = lastOnAxis(step, 7, 500, false);
      expect(last).toBeGreaterThanOrEqual(step);
      ends.add(last);
    }
    expect(ends.size).toBeLessThan(20);
  });

  test("is marked at round epochs that fit", () => {
    expect(epochMarks(0, 100, 10, 12)).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]);
    expect(epochMarks(0, 100, 10, 6)).toEqual([0, 20, 40, 60, 80, 100]);
    expect(epochMarks(0, 10, 10, 12)).toEqual([0, 2.5, 5, 7.5, 10]);
    expect(epochMarks(0, 3000, 3, 12)).toHaveLength(11);
    expect(epochMarks(35, 65, 10, 6)).toEqual([35, 40, 45, 50, 55, 60, 65]);
  });
});

test("the nearest point of a line is found on both sides", () => {
  const column = [undefined, 1, undefined, undefined, 2];
  expect([0, 1, 2, 3, 4].map((i) => nearest(column, i))).toEqual([1, 1, 1, 4, 4]);
  expect(nearest([undefined, null], 1)).toBe(-1);
});

test("the value nearest to a place is found", () => {
  expect([-5, 1, 2.4, 2.6, 9].map((at) => closest([1, 2, 3], at))).toEqual([0, 0, 1, 2, 2]);
  expect([closest([4], 9), closest([], 1)]).toEqual([0, -1]);
});
