import { describe, expect, it } from "vitest";
import { arranged } from "./arrange";
import { Catalog } from "./catalog";
import { along, directionOf, turnEdit } from "./direction";
import { applyEdit, type Edit } from "./edits";
import { addAfter, connectThrough, type Scene } from "./gestures";
import type { Doc } from "./graph";
import { GAP_RIGHT, NODE_HEIGHT, NODE_WIDTH, overlapsAny, positions, tidy, type Box } from "./layout";
import { lanePath, lanes } from "./route";

const boxes = new Map<string, Box>([
  ["a", { x: 0, y: 0, width: 200, height: 50 }],
  ["b", { x: 300, y: 100, width: 100, height: 70 }],
  ["c", { x: 150, y: 500, width: 100, height: 90 }],
]);

describe("aligning", () => {
  it.each([
    ["alignLeft", "x", [0, 0, 0]],
    ["alignCentre", "x", [100, 150, 150]],
    ["alignRight", "x", [200, 300, 300]],
    ["alignTop", "y", [0, 0, 0]],
    ["alignMiddle", "y", [270, 260, 250]],
    ["alignBottom", "y", [540, 520, 500]],
    ["distributeAcross", "x", [0, 300, 200]],
    ["distributeDown", "y", [0, 240, 500]],
  ] as const)("%s moves along %s", (how, axis, expected) => {
    const places = arranged(how, boxes, ["a", "b", "c"]);
    expect(["a", "b", "c"].map((id) => places[id]?.[axis])).toEqual(expected);
    const other = axis === "x" ? "y" : "x";
    for (const [id, box] of boxes) expect(places[id]?.[other]).toBe(box[other]);
  });

  it("needs enough layers", () => {
    expect(arranged("alignLeft", boxes, ["a"])).toEqual({});
    expect(arranged("distributeDown", boxes, ["a", "b"])).toEqual({});
  });
});

const doc = (layout: Doc["layout"] = {}): Doc => ({
  nodes: ["n0", "n1", "n2", "n3"].map((id) => ({ id, kind: "Dense", params: {} })),
  edges: [
    { source: "n0", target: "n1", port: 0 },
    { source: "n1", target: "n2", port: 0 },
    { source: "n2", target: "n3", port: 0 },
    { source: "n0", target: "n3", port: 1 },
  ],
  layout,
  blocks: [],
  folded: [],
});
const seen = (places: Doc["layout"]): Map<string, Box> =>
  new Map(Object.entries(places).map(([id, at]) => [id, { ...at, width: NODE_WIDTH, height: NODE_HEIGHT }]));
const apart = (places: Doc["layout"]): boolean => {
  const all = [...seen(places).values()];
  return all.every((box, index) => !overlapsAny(box, all.slice(index + 1)));
};

describe("the direction", () => {
  it("is what the layout says, else the habit", () => {
    for (const direction of ["down", "right"] as const) {
      const laid = doc(tidy(doc(), new Map(), direction));
      expect(directionOf(laid, "down")).toBe(direction);
      expect(directionOf(laid, "right")).toBe(direction);
      expect(directionOf(doc(), direction)).toBe(direction);
    }
  });

  it("to the right leaves room for labels and overlaps nothing", () => {
    const places = tidy(doc(), new Map(), "right");
    expect(apart(places)).toBe(true);
    for (const { source, target } of doc().edges) {
      expect((places[target]?.x ?? 0) - (places[source]?.x ?? 0)).toBeGreaterThanOrEqual(NODE_WIDTH + GAP_RIGHT);
    }
  });

  it("places new nodes behind their sources", () => {
    const { n0, n1, n2 } = tidy(doc(), new Map(), "right") as Record<string, { x: number; y: number }>;
    const places = positions(doc({ n0, n1, n2 } as Doc["layout"]), new Map(), "right");
    expect(apart(places)).toBe(true);
    expect(places.n3?.x).toBeGreaterThan((n2?.x ?? 0) + NODE_WIDTH);
    expect(places.n0).toEqual(n0);
  });

  it("leads skip connections above or below what stands between", () => {
    const row = Object.fromEntries(["n0", "n1", "n2", "n3"].map((id, index) => [id, { x: index * 330, y: 0 }]));
    const found = lanes(doc().edges, seen(row), "right");
    expect([...found.keys()]).toEqual(["n0>n3:1"]);
    const lane = found.get("n0>n3:1") ?? 0;
    expect(lane < 0 || lane > NODE_HEIGHT).toBe(true);
    expect(lanePath(236, 36, 990, 36, lane, "right")).toContain(`L ${990 - 36 * 1.6},${lane}`);
  });
});

describe("gestures in a network that flows to the right", () => {
  const scene = (): Scene => {
    const laid = doc(tidy(doc(), new Map(), "right"));
    return { doc: laid, boxes: seen(laid.layout), catalog: new Catalog([]), direction: "right" };
  };
  const edit = (made: { edit: Edit } | null): Doc => applyEdit(scene().doc, (made as { edit: Edit }).edit);

  it("put a layer into an edge beside what it follows, and push the rest to the right", () => {
    const after = edit(along(scene(), (turned) => addAfter(turned, "Flatten", ["n1"])));
    expect(apart(after.layout)).toBe(true);
    expect(after.layout.flatten?.y).toBe(scene().doc.layout.n1?.y);
    expect(after.layout.flatten?.x).toBeGreaterThan((scene().doc.layout.n1?.x ?? 0) + NODE_WIDTH);
    expect(after.layout.n3?.x).toBeGreaterThan(scene().doc.layout.n3?.x ?? 0);
  });

  it("connect through layers that stand before the target", () => {
    const after = edit(along(scene(), (turned) => connectThrough(turned, "n1", "n3", null, [["Flatten", {}]])));
    expect(apart(after.layout)).toBe(true);
    expect(after.layout.flatten?.x).toBeLessThan(after.layout.n3?.x ?? 0);
  });

  it("turn every position of an edit", () => {
    expect(turnEdit({ op: "batch", edits: [{ op: "move", positions: { a: { x: 1, y: 2 } } }] })).toEqual({
      op: "batch",
      edits: [{ op: "move", positions: { a: { x: 2, y: 1 } } }],
    });
  });
});
