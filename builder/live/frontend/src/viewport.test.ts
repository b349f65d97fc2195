import fc from "fast-check";
import { expect, test, vi } from "vitest";

import { Viewport } from "./viewport";

const made = () => new Viewport(vi.fn(), vi.fn());

test("a zoom is kept while the run grows, and everything is shown again after a reset", () => {
  const view = made();
  expect(view.range(100)).toEqual([0, 100]);
  view.show(60, 40, 100);
  expect(view.range(5000)).toEqual([40, 60]);
  view.reset();
  expect(view.range(5000)).toEqual([0, 5000]);
});

test("what is too narrow to see is not zoomed into", () => {
  const view = made();
  view.show(50, 50.5, 100);
  expect(view.zoomed).toBeNull();
});

test("the step under the wheel stays where it is, and zooming out ends at the whole run", () => {
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 0.8, noNaN: true }), fc.integer({ min: 100, max: 1e6 }), (share, last) => {
      const view = made();
      const around = share * last;
      view.scale(0.5, around, last);
      const [from, to] = view.range(last);
      expect((around - from) / (to - from)).toBeCloseTo(share);
      for (let i = 0; i < 8; i++) view.scale(2, around, last);
      expect(view.zoomed).toBeNull();
    }),
  );
});

test("the pointer is told of once", () => {
  const told = vi.fn();
  const view = new Viewport(vi.fn(), told);
  view.point(5);
  view.point(5);
  view.point(null);
  expect(told.mock.calls).toEqual([[5], [null]]);
});
