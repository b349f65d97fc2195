import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Rect } from "./drawing";
import { applyEdit } from "./edits";
import { EMPTY, type Doc } from "./graph";
import { nesting } from "./nesting";

const SIZE = { width: 200, height: 60 };
/** Two layers in an inner block, a third beside it in the outer one, and two on their own. */
const doc: Doc = {
  ...EMPTY,
  nodes: ["a", "b", "c", "free", "far"].map((id) => ({ id, kind: "Dense", params: {} })),
  blocks: [
    { id: "outer", name: "Outer", members: ["inner", "c"], repeat: 1 },
    { id: "inner", name: "Inner", members: ["a", "b"], repeat: 1 },
  ],
};
const at = (x: number, y: number): Rect => ({ x, y, ...SIZE });
const rest = new Map([
  ["a", at(0, 0)],
  ["b", at(0, 100)],
  ["c", at(0, 300)],
  ["free", at(600, 0)],
  ["far", at(600, 300)],
]);

function dropped(places: Record<string, Rect>, of: Doc = doc, dragged = Object.keys(places)): Record<string, string | null> {
  const now = new Map([...rest, ...Object.entries(places)]);
  return Object.fromEntries(nesting(of, now, rest, dragged).flatMap(({ members, block }) => members.map((id) => [id, block])));
}

describe("a layer that is let go", () => {
  test("in a frame is in that block, the innermost one", () => {
    expect(dropped({ free: at(0, 50) })).toEqual({ free: "inner" });
    expect(dropped({ free: at(10, 230) })).toEqual({ free: "outer" });
    expect(dropped({ c: at(10, 60) })).toEqual({ c: "inner" });
    expect(dropped({ free: at(400, 0) })).toEqual({});
  });

  test("near its frame stays and makes room, clearly out of it leaves", () => {
    expect(dropped({ c: at(150, 330) })).toEqual({});
    expect(dropped({ c: at(0, 430) })).toEqual({});
    expect(dropped({ c: at(0, 440) })).toEqual({ c: null });
    expect(dropped({ c: at(310, 300) })).toEqual({ c: null });
    expect(dropped({ c: at(290, 300) })).toEqual({});
  });

  test("out of the inner block is in the outer one as long as it is not out of that", () => {
    expect(dropped({ b: at(0, 250) })).toEqual({ b: "outer" });
    expect(dropped({ b: at(800, 800) })).toEqual({ b: null });
  });

  test("with others goes where each of them lies", () => {
    expect(dropped({ free: at(0, 40), far: at(0, 240) })).toEqual({ free: "inner", far: "outer" });
  });
});

test("all of a block moves as the block does", () => {
  expect(dropped({ a: at(600, 600), b: at(600, 700) })).toEqual({ inner: null });
  expect(dropped({ a: at(600, 600), b: at(600, 700), c: at(600, 900) })).toEqual({});
  const alone = { ...doc, blocks: [{ id: "only", name: "Only", members: ["free"], repeat: 1 }, ...doc.blocks] };
  expect(dropped({ free: at(0, 50) }, alone)).toEqual({ only: "inner" });
});

test("a folded block goes in like a layer, and nothing goes into it", () => {
  const folded: Doc = {
    ...doc,
    folded: ["inner"],
    blocks: [doc.blocks[0]!, doc.blocks[1]!],
  };
  const places = new Map([...rest].filter(([id]) => id !== "a" && id !== "b"));
  const box = at(0, 50);
  places.set("inner", box);
  const out = nesting(folded, new Map([...places, ["inner", at(900, 900)]]), places, ["inner"]);
  expect(out).toEqual([{ op: "nest", members: ["inner"], block: null }]);
  const onto = nesting(folded, new Map([...places, ["free", box]]), places, ["free"]);
  expect(onto).toEqual([{ op: "nest", members: ["free"], block: "outer" }]);
});

test("wherever things are let go, every block holds something and nothing is in two", () => {
  const place = fc.record({ x: fc.integer({ min: -300, max: 900 }), y: fc.integer({ min: -300, max: 900 }) });
  const drag = fc.dictionary(fc.constantFrom("a", "b", "c", "free", "far"), place);
  fc.assert(
    fc.property(fc.array(drag, { maxLength: 6 }), (drags) => {
      let now = doc;
      let seen = new Map(rest);
      for (const moved of drags) {
        const before = seen;
        seen = new Map([...seen, ...Object.entries(moved).map(([id, to]): [string, Rect] => [id, { ...to, ...SIZE }])]);
        now = nesting(now, seen, before, Object.keys(moved)).reduce(applyEdit, now);
      }
      const members = now.blocks.flatMap((block) => block.members);
      expect(new Set(members).size).toBe(members.length);
      expect(now.blocks.every((block) => block.members.length > 0)).toBe(true);
    }),
    { numRuns: 100 },
  );
});
