import { describe, expect, it } from "vitest";
import type { Rect } from "./drawing";
import { labelPlace } from "./route";

const title = (y: number, x = -200): Rect => ({ x, y, width: 400, height: 38 });
const place = (to: number, headers: Rect[], lane: number | null = null): unknown =>
  labelPlace({ x: 0, y: 0 }, { x: 0, y: to }, lane, "down", 60, headers);

/** Whether a label of this width lies on none of the title bars, and between the ends. */
function free(at: unknown, headers: Rect[]): boolean {
  const { x, y } = at as { x: number; y: number };
  return headers.every((h) => x + 30 <= h.x || x - 30 >= h.x + h.width || y + 8 <= h.y || y - 8 >= h.y + h.height);
}

describe("the label of an edge", () => {
  it("is in the middle where nothing is in the way", () => {
    expect(place(100, [])).toEqual({ x: 0, y: 50 });
    expect(place(100, [title(40, 900)])).toEqual({ x: 0, y: 50 });
    expect(labelPlace({ x: 0, y: 0 }, { x: 300, y: 80 }, null, "right", 60, [])).toEqual({ x: 150, y: 40 });
    expect(place(200, [], 90)).toEqual({ x: 90, y: 100 });
  });

  it("makes way for title bars, along its edge", () => {
    for (const headers of [[title(40)], [title(60)], [title(20)], [title(30), title(74)]]) {
      const at = place(140, headers);
      expect([at === null, free(at, headers)]).toEqual([false, true]);
    }
    expect((place(140, [title(60)]) as { y: number }).y).toBeLessThan(60);
    const headers = [title(80)];
    const at = place(200, headers, 90);
    expect([free(at, headers), (at as { x: number }).x]).toEqual([true, 90]);
  });

  it("is left out where there is no other place", () => {
    expect(place(60, [title(12)])).toBeNull();
    expect(place(60, [title(-100), title(0), title(38)])).toBeNull();
  });
});
