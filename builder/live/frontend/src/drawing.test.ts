import { describe, expect, it } from "vitest";
import { lay, type Plan } from "./drawing";

function chain(length: number): Plan {
  const boxes = Array.from({ length }, (_, i) => ({ title: `layer${i}`, kind: "Dense", hue: "gray", step: i, lane: i % 3 === 2 ? 1 : 0, nodes: [`layer${i}`] }));
  return { boxes, lines: boxes.slice(1).map((_, i) => [i, i + 1]) };
}

describe("lay", () => {
  it.each([1, 2, 5, 30, 177])("puts the boxes of %i layers beside each other and inside the drawing", (length) => {
    for (const width of [320, 560, 800, 1240]) {
      const { box, corners, height, paths } = lay(chain(length), width);
      expect(paths).toHaveLength(length - 1);
      corners.forEach(([x, y], i) => {
        expect(x).toBeGreaterThanOrEqual(0);
        expect(x + box.width).toBeLessThanOrEqual(width);
        expect(y).toBeGreaterThanOrEqual(0);
        expect(y + box.height).toBeLessThanOrEqual(height);
        for (const [otherX, otherY] of corners.slice(0, i)) {
          expect(Math.abs(x - otherX) >= box.width || Math.abs(y - otherY) >= box.height).toBe(true);
        }
      });
    }
  });

  it("names the layers of a small network, and shows a large one small", () => {
    expect(lay(chain(8), 800).named).toBe(true);
    expect(lay(chain(177), 800).named).toBe(false);
  });

  it("takes a network of no layers", () => {
    expect(lay({ boxes: [], lines: [] }, 800).corners).toEqual([]);
  });
});
