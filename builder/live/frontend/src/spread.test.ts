import { expect, test } from "vitest";

import type { Histogram, Histograms } from "./events";
import { spread } from "./panels/histograms";

const told = (epoch: number, ...items: Histogram[]): Histograms => ({ seq: epoch, time: epoch, type: "histograms", epoch, items });
const item = (low: number, high: number, counts: number[]): Histogram => ({ name: "a", what: "weights", low, high, counts });
const place = { stepOf: (event: unknown) => (event as Histograms).epoch * 10 };

test("histograms of different ranges come on one scale, the fullest row being 1", () => {
  const found = spread([told(1, item(0, 1, [5, 5])), told(2, item(-1, 3, [0, 0, 0, 8]))], "a", "weights", place);
  expect([found.low, found.high, found.steps]).toEqual([-1, 3, [10, 20]]);
  const rows = found.shares[0]!.length;
  const filled = (shares: Float32Array) => [...shares].flatMap((share, row) => (share > 0.01 ? [row] : []));
  expect(Math.max(...found.shares[0]!)).toBe(1);
  expect(filled(found.shares[0]!)).toEqual(Array.from({ length: rows / 4 }, (_, i) => rows / 2 + i));
  expect(filled(found.shares[1]!)).toEqual(Array.from({ length: rows / 4 }, (_, i) => i));
});

test("values that are all the same still have a scale, and other layers are left out", () => {
  const found = spread([told(1, item(2, 2, [4])), told(2)], "a", "weights", place);
  expect([found.low, found.high, found.shares.length]).toEqual([1.5, 2.5, 1]);
  expect(Math.max(...found.shares[0]!)).toBe(1);
});
