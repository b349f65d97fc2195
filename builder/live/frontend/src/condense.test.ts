import fc from "fast-check";
import { expect, test } from "vitest";

import { kept } from "./condense";

const curves = fc.array(fc.option(fc.double({ noNaN: true }), { freq: 4 }), { minLength: 1, maxLength: 300 });

test("no extreme, no gap and no end is lost, however often a curve is thinned", () => {
  fc.assert(
    fc.property(curves, fc.integer({ min: 2, max: 40 }), fc.integer({ min: 1, max: 4 }), (curve, bucket, times) => {
      let rest = curve;
      for (let i = 0; i < times; i++) rest = kept(rest, bucket).map((at) => rest[at]!);
      const finite = (values: (number | null)[]) => values.filter((value) => value !== null);
      expect(Math.max(...finite(rest))).toBe(Math.max(...finite(curve)));
      expect(Math.min(...finite(rest))).toBe(Math.min(...finite(curve)));
      expect(rest.includes(null)).toBe(curve.includes(null));
      expect([rest[0], rest.at(-1)]).toEqual([curve[0], curve.at(-1)]);
    }),
  );
});

test("every bucket keeps its own extremes", () => {
  fc.assert(
    fc.property(curves, fc.integer({ min: 2, max: 40 }), (curve, bucket) => {
      const indices = kept(curve, bucket);
      for (let start = 0; start < curve.length; start += bucket) {
        const inside = indices.filter((i) => i >= start && i < start + bucket).map((i) => curve[i]!);
        const all = curve.slice(start, start + bucket);
        const high = (values: (number | null)[]) => Math.max(...values.map((value) => value ?? -Infinity));
        expect(high(inside)).toBe(high(all));
      }
      expect(indices.length).toBeLessThanOrEqual(3 * Math.ceil(curve.length / bucket) + 2);
      expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b));
    }),
  );
});

test("a spike beside a gap stays", () => {
  expect(kept([1, 1000, null, 1, 2], 4)).toEqual([0, 1, 2, 4]);
});
