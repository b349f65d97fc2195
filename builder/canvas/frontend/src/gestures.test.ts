import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { copying, excerpt } from "./blocks";
import { Catalog, type Layer } from "./catalog";
import { applyEdit, type Edit } from "./edits";
import {
  addAfter,
  addAt,
  addBefore,
  addOnEdge,
  connect,
  connectThrough,
  reconnect,
  removal,
  targetsOf,
  type Made,
  type Scene,
} from "./gestures";
import { closesCycle, EMPTY, type Doc, type Edge } from "./graph";
import { GAP, NODE_HEIGHT, NODE_WIDTH, overlapsAny, positions, tidy } from "./layout";

const layer = (kind: string, more: Partial<Layer> = {}): Layer => ({
  kind,
  family: "core",
  icon: "layers",
  summary: `${kind} does something.`,
  keywords: [],
  ports: { names: ["input"], least: 1, most: 1 },
  start_params: {},
  ...more,
});

const catalog = new Catalog([
  layer("Input", { family: "input", ports: { names: [], least: 0, most: 0 } }),
  layer("Dense", { start_params: { units: 64 } }),
  layer("Dropout"),
  layer("Add", { ports: { names: [], least: 2, most: null } }),
  layer("Subtract", { ports: { names: [], least: 2, most: 2 } }),
  layer("MultiHeadAttention", { ports: { names: ["query", "value", "key"], least: 2, most: 3 } }),
]);

const KINDS: Record<string, string> = { i: "Input", a: "Add", s: "Subtract", m: "MultiHeadAttention" };

/** "i>x x>y:1": node kinds by the first letter, Dense otherwise. */
function scene(arrows: string, lonely = ""): Scene {
  const edges = arrows
    .split(" ")
    .filter(Boolean)
    .map((arrow): Edge => {
      const [, source = "", target = "", port = "0"] = /^(\w+)>(\w+):?(\d*)$/.exec(arrow) ?? [];
      return { source, target, port: Number(port) };
    });
  const ids = new Set([
    ...edges.flatMap(({ source, target }) => [source, target]),
    ...lonely.split(" ").filter(Boolean),
  ]);
  const nodes = [...ids].map((id) => ({ id, kind: KINDS[id[0] ?? ""] ?? "Dense", params: {} }));
  const bare: Doc = { ...EMPTY, nodes, edges };
  return seen({ ...bare, layout: tidy(bare, new Map()) });
}

function seen(doc: Doc): Scene {
  const places = positions(doc, new Map());
  const boxes = new Map(
    Object.entries(places).map(([id, at]) => [id, { ...at, width: NODE_WIDTH, height: NODE_HEIGHT }]),
  );
  return { doc, boxes, catalog };
}

const arrows = (doc: Doc): string[] =>
  doc.edges.map(({ source, target, port }) => `${source}>${target}${port ? `:${port}` : ""}`).sort();
const after = (start: Scene, made: Made | Edit | null): Doc => {
  if (made === null) return start.doc;
  return applyEdit(start.doc, "edit" in made && "select" in made ? made.edit : (made as Edit));
};
const noOverlap = (doc: Doc): boolean => {
  const boxes = [...seen(doc).boxes.values()];
  return boxes.every((box, index) => !overlapsAny(box, boxes.slice(index + 1)));
};

describe("adding a layer", () => {
  it("continues the main chain with the parameters to start from", () => {
    const start = scene("i>x x>y");
    const made = addAfter(start, "Dense", []);
    const doc = after(start, made);
    expect(arrows(doc)).toEqual(["i>x", "x>y", "y>dense"]);
    expect(doc.nodes.at(-1)).toEqual({ id: "dense", kind: "Dense", params: { units: 64 } });
    expect(made.select).toEqual(["dense"]);
    expect(noOverlap(doc)).toBe(true);
  });

  it("goes between the selected node and its only follower, and pushes the rest down", () => {
    const start = scene("i>x x>y y>z");
    const doc = after(start, addAfter(start, "Dropout", ["x"]));
    expect(arrows(doc)).toEqual(["dropout>y", "i>x", "x>dropout", "y>z"]);
    expect(noOverlap(doc)).toBe(true);
    expect(doc.layout.i).toEqual(start.doc.layout.i);
  });

  it("keeps the input number of the edge that it goes into", () => {
    const start = scene("i>x i>a:0 x>a:1");
    const doc = after(start, addOnEdge(start, "Dropout", { source: "x", target: "a", port: 1 }));
    expect(arrows(doc)).toEqual(["dropout>a:1", "i>a", "i>x", "x>dropout"]);
  });

  it("makes a branch behind a node with several followers", () => {
    const start = scene("i>x i>y");
    expect(arrows(after(start, addAfter(start, "Dropout", ["i"])))).toEqual(["i>dropout", "i>x", "i>y"]);
  });

  it("joins all selected nodes where the layer takes several", () => {
    const start = scene("i>x i>y i>z");
    expect(arrows(after(start, addAfter(start, "Add", ["x", "y", "z"]))).slice(0, 1)).toEqual(["i>x"]);
    expect(after(start, addAfter(start, "Add", ["x", "y", "z"])).edges.slice(3)).toEqual([
      { source: "x", target: "add", port: 0 },
      { source: "y", target: "add", port: 1 },
      { source: "z", target: "add", port: 2 },
    ]);
    expect(after(start, addAfter(start, "Subtract", ["x", "y", "z"])).edges).toHaveLength(5);
  });

  it("keeps its distance from a layer, not from what is said about a network that ends there", () => {
    const start = scene("i>x");
    const box = start.boxes.get("x");
    if (!box) throw new Error("x is not seen");
    const tall = { ...box, height: 200 };
    const boxes = (lasting?: number) =>
      new Map([...start.boxes, ["x", lasting === undefined ? tall : { ...tall, lasting }]]);
    expect(after(start, addAfter({ ...start, boxes: boxes(64) }, "Dropout", [])).layout.dropout?.y).toBe(
      box.y + 64 + GAP,
    );
    expect(after(start, addAfter({ ...start, boxes: boxes() }, "Dropout", [])).layout.dropout?.y).toBe(
      box.y + 200 + GAP,
    );
  });

  it("is put before a layer, at a point, into the input that one pulled from", () => {
    const start = scene("i>x x>a y>a:1", "i2");
    const at = { x: 500, y: 0 };
    expect(arrows(after(start, addBefore(start, "Dense", at, "a", 1)))).toEqual(["dense>a:1", "i>x", "x>a"]);
    expect(arrows(after(start, addBefore(start, "Input", at, "a", null)))).toContain("input>a:2");
    expect(arrows(after(start, addBefore(start, "Dense", at, "x", null)))).toEqual(["dense>x", "x>a", "y>a:1"]);
    expect(addBefore(start, "Dense", at, "i2", null)).toBeNull();
  });

  it("leaves an Input on its own", () => {
    const start = scene("i>x");
    const doc = after(start, addAfter(start, "Input", ["x"]));
    expect(arrows(doc)).toEqual(["i>x"]);
    expect(noOverlap(doc)).toBe(true);
    expect(arrows(after(start, addAt(start, "Input", { x: 0, y: 900 }, "x")))).toEqual(["i>x"]);
  });

  it("begins an empty document", () => {
    const start = seen(EMPTY);
    expect(after(start, addAfter(start, "Dense", [])).nodes).toHaveLength(1);
  });

  it("keeps the places of nodes that had none stored", () => {
    const start = seen({ ...scene("i>x x>y").doc, layout: {} });
    const doc = after(start, addAfter(start, "Dropout", []));
    for (const [id, box] of start.boxes) expect(doc.layout[id]).toEqual({ x: box.x, y: box.y });
  });
});

describe("connecting", () => {
  it("takes the next free input", () => {
    const start = scene("i>a i>x");
    expect(connect(start, "x", "a", null)).toEqual({ op: "connect", edge: { source: "x", target: "a", port: 1 } });
  });

  it("gives a single input to the new edge", () => {
    const start = scene("i>x i>y");
    expect(arrows(after(start, connect(start, "y", "x", null)))).toEqual(["i>y", "y>x"]);
  });

  it("takes the last input of a full layer", () => {
    const start = scene("i>s:0 i>s:1 i>x");
    expect(arrows(after(start, connect(start, "x", "s", null)))).toEqual(["i>s", "i>x", "x>s:1"]);
  });

  it("never gives up an edge for a circle", () => {
    const start = scene("i>x x>y");
    expect(connect(start, "y", "x", null)).toMatchObject({ op: "connect" });
  });

  it("does not feed what takes no input, or nobody", () => {
    const start = scene("i>x");
    expect(connect(start, "x", "i", null)).toBeNull();
    expect(connect(start, "x", "nobody", null)).toBeNull();
  });

  it("hangs an edge elsewhere as one edit", () => {
    const start = scene("i>x i>y x>m:0");
    const edge = { source: "x", target: "m", port: 0 };
    expect(arrows(after(start, reconnect(start, edge, "x", "m", 2)))).toEqual(["i>x", "i>y", "x>m:2"]);
    expect(arrows(after(start, reconnect(start, edge, "y", "m", 0)))).toEqual(["i>x", "i>y", "y>m"]);
    expect(reconnect(start, edge, "x", "m", 0)).toBeNull();
  });

  it("offers the keyboard only what can be fed, the nearest below first", () => {
    const start = scene("i>x x>y", "a z");
    const targets = targetsOf(start, "x");
    expect(targets).not.toContain("i");
    expect(targets).not.toContain("x");
    expect(targets).not.toContain("y");
    expect(targets).toEqual(expect.arrayContaining(["a", "z"]));
  });
});

describe("removing", () => {
  it("joins what was on both sides", () => {
    const start = scene("i>x x>y y>z");
    expect(arrows(after(start, removal(start.doc, ["x", "y"], [])))).toEqual(["i>z"]);
    expect(arrows(after(start, removal(start.doc, ["y", "x"], [])))).toEqual(["i>z"]);
    expect(arrows(after(start, removal(start.doc, ["x", "y"], [], false)))).toEqual([]);
  });

  it("joins every branch and keeps input numbers", () => {
    const start = scene("i>x x>y x>a:1 i>a:0");
    expect(arrows(after(start, removal(start.doc, ["x"], [])))).toEqual(["i>a", "i>a:1", "i>y"]);
  });

  it("leaves a gap behind a layer with several inputs", () => {
    const start = scene("i>x x>a i>a:1 a>z");
    expect(arrows(after(start, removal(start.doc, ["a"], [])))).toEqual(["i>x"]);
  });

  it("removes edges, and does nothing with nothing", () => {
    const start = scene("i>x x>y");
    expect(arrows(after(start, removal(start.doc, [], [{ source: "i", target: "x", port: 0 }])))).toEqual(["x>y"]);
    expect(removal(start.doc, [], [])).toBeNull();
  });
});

it("any series of gestures leaves a graph without circles, in which every edge joins two nodes", () => {
  const gesture = fc.record({
    what: fc.nat(5),
    kind: fc.constantFrom(...catalog.layers.map(({ kind }) => kind)),
    one: fc.nat(50),
    other: fc.nat(50),
  });
  fc.assert(
    fc.property(fc.array(gesture, { maxLength: 25 }), (list) => {
      let now = scene("i>x x>y");
      for (const { what, kind, one, other } of list) {
        const { nodes, edges } = now.doc;
        const first = nodes[one % Math.max(nodes.length, 1)]?.id ?? "nobody";
        const second = nodes[other % Math.max(nodes.length, 1)]?.id ?? "nobody";
        const edge = edges[one % Math.max(edges.length, 1)];
        const made = [
          () => addAfter(now, kind, [first, second].slice(0, one % 3)).edit,
          () => (edge ? addOnEdge(now, kind, edge).edit : null),
          () => (closesCycle(now.doc, first, second) ? null : connect(now, first, second, null)),
          () => removal(now.doc, [first, second].slice(one % 2), edge ? [edge].slice(other % 2) : []),
          () =>
            edge && !closesCycle({ ...now.doc, edges: edges.filter((item) => item !== edge) }, first, edge.target)
              ? reconnect(now, edge, first, edge.target, edge.port)
              : null,
          () => copying(now, excerpt(now, [first, second]), { x: 40, y: 40 })?.edit ?? null,
        ][what]?.();
        if (made) now = seen(applyEdit(now.doc, made));
      }
      const ids = new Set(now.doc.nodes.map((node) => node.id));
      expect(ids.size).toBe(now.doc.nodes.length);
      for (const edge of now.doc.edges) {
        expect(ids.has(edge.source) && ids.has(edge.target)).toBe(true);
        expect(
          closesCycle({ ...now.doc, edges: now.doc.edges.filter((item) => item !== edge) }, edge.source, edge.target),
        ).toBe(false);
        expect(catalog.get(now.doc.nodes.find((node) => node.id === edge.target)?.kind ?? "").ports.most).not.toBe(0);
      }
    }),
    { numRuns: 300 },
  );
});

describe("a connection through layers that make it fit", () => {
  const through = (arrows: string, source: string, target: string, port: number | null = null): Doc => {
    const found = scene(arrows);
    const made = connectThrough(found, source, target, port, [
      ["Flatten", {}],
      ["Dense", { units: 4 }],
    ]);
    return applyEdit(found.doc, (made as Made).edit);
  };

  it("puts them into the new edge, in order", () => {
    const doc = through("i1>x i1>a x>a:1", "x", "a");
    expect(doc.edges.map(({ source, target, port }) => `${source}>${target}:${port}`)).toEqual([
      "i1>x:0",
      "i1>a:0",
      "x>a:1",
      "x>flatten:0",
      "flatten>dense:0",
      "dense>a:2",
    ]);
  });

  it("takes the place of the edge that an input had", () => {
    const doc = through("i1>x x>y", "i1", "y");
    expect(doc.edges.some(({ source, target }) => source === "x" && target === "y")).toBe(false);
    expect(doc.edges).toContainEqual({ source: "dense", target: "y", port: 0 });
  });

  it("does not cover what stands there", () => {
    const doc = through("i1>x x>y y>z", "i1", "z");
    const places = Object.entries(doc.layout).map(([, at]) => ({ ...at, width: NODE_WIDTH, height: NODE_HEIGHT }));
    expect(places.every((box, index) => !overlapsAny(box, places.slice(index + 1)))).toBe(true);
  });
});
