import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fitted, opening, type Viewport } from "./fit";
import { overlapsAny, type Box } from "./layout";

const TOOLBAR = (width: number): Box => ({ x: width - 226, y: 10, width: 216, height: 38 });
const ZOOM = (height: number): Box => ({ x: 10, y: height - 48, width: 156, height: 38 });
const MAP = (width: number, height: number): Box => ({ x: width - 212, y: height - 162, width: 202, height: 152 });

/** A chain of nodes, one below the other or one beside the other. */
const chain = (count: number, down: boolean): Box[] =>
  Array.from({ length: count }, (_, index) => ({
    x: down ? 0 : index * 290,
    y: down ? index * 120 : 0,
    width: 236,
    height: 72,
  }));

const whole = (boxes: Box[]): Box => {
  const last = boxes[boxes.length - 1] as Box;
  return { x: 0, y: 0, width: last.x + last.width, height: last.y + last.height };
};

const seen = ({ x, y, zoom }: Viewport, boxes: Box[]): Box[] =>
  boxes.map((box) => ({
    x: box.x * zoom + x,
    y: box.y * zoom + y,
    width: box.width * zoom,
    height: box.height * zoom,
  }));

describe("a network is never under a button", () => {
  const count = fc.integer({ min: 1, max: 30 });
  const size = fc.tuple(fc.constantFrom(500, 660, 890, 1300), fc.constantFrom(640, 780, 970));
  test.each(["fitted", "opening"] as const)("%s", (how) => {
    fc.assert(
      fc.property(count, size, fc.boolean(), (length, [width, height], down) => {
        const boxes = chain(length, down);
        const over = [TOOLBAR(width), ZOOM(height), ...(width >= 900 ? [MAP(width, height)] : [])];
        const view = (how === "fitted" ? fitted : opening)(whole(boxes), width, height, over);
        for (const box of seen(view, boxes)) expect(overlapsAny(box, over)).toBe(false);
        const first = seen(view, boxes)[0] as Box;
        expect(first.x >= 0 && first.y >= 0 && first.x + first.width <= width).toBe(true);
      }),
    );
  });
});

test("a small network stands in the middle at its own size", () => {
  const view = fitted(whole(chain(2, true)), 1000, 800, [TOOLBAR(1000), ZOOM(800)]);
  expect(view.zoom).toBe(1);
  expect(view.x + 118).toBeCloseTo(500);
});

test("a long network opens at its beginning, large enough to be read", () => {
  const view = opening(whole(chain(30, true)), 660, 800, [TOOLBAR(660), ZOOM(800)]);
  expect(view.zoom).toBe(0.6);
  expect(view.y).toBeLessThan(80);
});

test("an empty canvas has a view too", () => {
  expect(opening(null, 600, 600, [])).toEqual({ x: 300, y: 200, zoom: 1 });
});
