import { describe, expect, it } from "vitest";
import { EMPTY, type Doc } from "./graph";
import { NODE_HEIGHT, NODE_WIDTH, overlapsAny, positions, tidy, type Box } from "./layout";
import { lanes } from "./route";

const doc = (count: number, edges: [number, number][], layout: Doc["layout"] = {}): Doc => ({
  ...EMPTY,
  nodes: Array.from({ length: count }, (_, index) => ({ id: `n${index}`, kind: "Dense", params: {} })),
  edges: edges.map(([source, target], port) => ({ source: `n${source}`, target: `n${target}`, port })),
  layout,
});
const boxes = (places: Doc["layout"]): Map<string, Box> =>
  new Map(Object.entries(places).map(([id, at]) => [id, { ...at, width: NODE_WIDTH, height: NODE_HEIGHT }]));
const separate = (places: Doc["layout"]): boolean => {
  const all = [...boxes(places).values()];
  return all.every((box, index) => !overlapsAny(box, all.slice(index + 1)));
};

const residual = doc(5, [
  [0, 1],
  [1, 2],
  [2, 3],
  [0, 3],
  [3, 4],
]);

describe("layout", () => {
  it("goes from the top to the bottom without overlaps", () => {
    const places = tidy(residual, new Map([["n1", { width: 300, height: 200 }]]));
    expect(separate(places)).toBe(true);
    for (const { source, target } of residual.edges) expect(places[target]?.y).toBeGreaterThan(places[source]?.y ?? 0);
    expect(places.n2?.y).toBeGreaterThanOrEqual((places.n1?.y ?? 0) + 200);
  });

  it("keeps stored positions and finds places for the other nodes near their neighbours", () => {
    const stored = { n0: { x: 0, y: 0 }, n1: { x: 0, y: 112 }, n3: { x: 0, y: 400 } };
    const places = positions({ ...residual, layout: stored }, new Map());
    expect(places).toMatchObject(stored);
    expect(separate(places)).toBe(true);
    expect(places.n2?.y).toBeGreaterThan(112);
    expect(places.n4?.y).toBeGreaterThan(400);
  });

  it("places nodes that have no neighbours beside the others", () => {
    const places = positions(doc(3, [], { n0: { x: 10, y: 20 } }), new Map());
    expect(separate(places)).toBe(true);
  });

  it("puts a node in front of what it feeds", () => {
    const places = positions(doc(2, [[0, 1]], { n1: { x: 50, y: 500 } }), new Map());
    expect(places.n0).toMatchObject({ x: 50 });
    expect(places.n0?.y).toBeLessThan(500 - NODE_HEIGHT);
  });
});

describe("lanes", () => {
  const column = {
    n0: { x: 0, y: 0 },
    n1: { x: 0, y: 120 },
    n2: { x: 0, y: 240 },
    n3: { x: 0, y: 360 },
    n4: { x: 0, y: 480 },
  };

  it("lead a skip connection around what stands in between, and leave the others straight", () => {
    const found = lanes(residual.edges, boxes(column));
    expect([...found.keys()]).toEqual(["n0>n3:3"]);
    const lane = found.get("n0>n3:3") ?? 0;
    expect(lane < 0 || lane > NODE_WIDTH).toBe(true);
  });

  it("are apart where they run side by side", () => {
    const two = doc(5, [
      [0, 3],
      [0, 4],
    ]);
    const [one, other] = [...lanes(two.edges, boxes(column)).values()];
    expect(Math.abs((one ?? 0) - (other ?? 0))).toBeGreaterThanOrEqual(14);
  });

  it("are not needed where the way is free", () => {
    const free = { ...column, n1: { x: 600, y: 120 }, n2: { x: 600, y: 240 } };
    expect(lanes(residual.edges.slice(3, 4), boxes(free)).size).toBe(0);
  });
});
