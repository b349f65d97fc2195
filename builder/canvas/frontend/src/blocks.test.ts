import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  commonParent,
  copying,
  entryOf,
  excerpt,
  exitOf,
  folding,
  grouping,
  nodesIn,
  ownBlocks,
  readyAfter,
  readyAt,
  readyOnEdge,
  switching,
  ungrouping,
  unrolling,
  type Ready,
} from "./blocks";
import { leaving, leavingEdges, sums } from "./blockview";
import { Catalog, type Layer } from "./catalog";
import { fromText, toText, type Clipped } from "./clipboard";
import { drawing, frames } from "./drawing";
import { applyEdit, EditError, type Edit } from "./edits";
import { addAfter, connect, removal, settled, targetsOf, type Scene } from "./gestures";
import { EMPTY, inside, type Block, type Doc, type Edge } from "./graph";
import { overlapsAny, positions, tidy, type Box } from "./layout";
import type { Report } from "./wire";

const layer = (kind: string, least: number, most: number | null): Layer => ({
  kind,
  family: "core",
  icon: "layers",
  summary: "",
  keywords: [],
  ports: { names: ["input"], least, most },
  start_params: {},
});
const catalog = new Catalog([layer("Input", 0, 0), layer("Dense", 1, 1), layer("Add", 2, null)]);
const KINDS: Record<string, string> = { i: "Input", s: "Add" };

/** "i>a a>b" with blocks such as { block: "a b" }. */
function scene(arrows: string, blocks: Record<string, string> = {}, more: Partial<Doc> = {}): Scene {
  const edges = arrows
    .split(" ")
    .filter(Boolean)
    .map((arrow): Edge => {
      const [, source = "", target = "", port = "0"] = /^(\w+)>(\w+):?(\d*)$/.exec(arrow) ?? [];
      return { source, target, port: Number(port) };
    });
  const names = [...new Set(edges.flatMap(({ source, target }) => [source, target]))];
  const nodes = names.map((id) => ({ id, kind: KINDS[id[0] ?? ""] ?? "Dense", params: { of: id } }));
  const made = Object.entries(blocks).map(([id, members]): Block => ({
    id,
    name: id,
    members: members.split(" "),
    repeat: 1,
  }));
  const doc: Doc = { ...EMPTY, nodes, edges, blocks: made, ...more };
  return seen({ ...doc, layout: more.layout ?? tidy(drawing(doc).flat, new Map()) });
}

/** The scene of a document as the view shows it. */
function seen(doc: Doc): Scene {
  const { flat } = drawing(doc);
  const at = positions(flat, new Map());
  const boxes = new Map(
    flat.nodes.map(({ id }): [string, Box] => [id, { ...(at[id] ?? { x: 0, y: 0 }), width: 236, height: 72 }]),
  );
  return { doc, boxes, catalog };
}

const after = (start: Scene, edit: Edit | null): Scene =>
  edit === null ? start : seen(applyEdit(start.doc, settled(start, edit)));
const arrows = ({ doc }: Scene): string[] =>
  doc.edges.map(({ source, target, port }) => `${source}>${target}${port ? `:${port}` : ""}`).sort();
const members = ({ doc }: Scene): Record<string, string> =>
  Object.fromEntries(doc.blocks.map(({ id, members }) => [id, members.join(" ")]));

/** No two layers overlap, and no frame covers what is not in it. */
function clear({ doc, boxes }: Scene): boolean {
  const { open } = drawing(doc);
  const all = [...boxes.entries()];
  const apart = all.every(
    ([id, box]) =>
      !overlapsAny(
        box,
        all.filter(([other]) => other !== id).map(([, b]) => b),
      ),
  );
  const around = frames(open, boxes);
  return (
    apart &&
    open.every(({ id }) => {
      const own = new Set(inside(doc, id).map(drawing(doc).of));
      const frame = around.get(id);
      return (
        !frame ||
        !overlapsAny(
          frame,
          all.filter(([other]) => !own.has(other)).map(([, box]) => box),
        )
      );
    })
  );
}

describe("what is drawn", () => {
  it("a folded block stands for all in it, at the outermost that is folded", () => {
    const { doc } = scene("i>a a>b b>c", { inner: "a", outer: "inner b" }, { folded: ["inner", "outer"] });
    const { flat, of, open, folded } = drawing(doc);
    expect(flat.nodes.map(({ id }) => id)).toEqual(["i", "c", "outer"]);
    expect(flat.edges).toEqual([
      { source: "i", target: "outer", port: 0 },
      { source: "outer", target: "c", port: 0 },
    ]);
    expect([of("a"), of("inner"), of("b"), of("c")]).toEqual(["outer", "outer", "outer", "c"]);
    expect([open, [...folded.keys()]]).toEqual([[], ["outer"]]);
  });

  it("an open block with a folded one inside", () => {
    const { doc } = scene("i>a a>b b>c", { inner: "a", outer: "inner b" }, { folded: ["inner"] });
    const { flat, of, open } = drawing(doc);
    expect(flat.nodes.map(({ id }) => id)).toEqual(["i", "b", "c", "inner"]);
    expect(of("a")).toBe("inner");
    expect(open.map(({ id }) => id)).toEqual(["outer"]);
  });

  it.each([
    ["a chain", "i>a a>b b>c c>d", { x: "a b", y: "c d" }],
    ["a skip around a block", "i>a a>b b>s i>s:1 s>d", { x: "a b" }],
    ["blocks in blocks", "i>a a>b b>c c>s a>s:1 s>e", { x: "b", y: "x c", z: "a y s" }],
    ["blocks beside each other", "i>a a>b i>c c>d b>s d>s:1", { x: "a b", y: "c d" }],
  ])("is laid out with frames that cover nothing foreign: %s", (_, edges, blocks) => {
    expect(clear(scene(edges, blocks))).toBe(true);
  });
});

describe("grouping", () => {
  it("makes room for the frame and selects the block", () => {
    const start = scene("i>a a>b b>c");
    const made = grouping(start, ["a", "b"]);
    const grouped = after(start, made?.edit ?? null);
    expect(members(grouped)).toEqual({ block: "a b" });
    expect(made?.select).toEqual(["block"]);
    expect(clear(grouped)).toBe(true);
  });

  it("inside a block stays inside, and across blocks takes them whole", () => {
    const start = scene("i>a a>b b>c c>d", { x: "a b", y: "c d" });
    expect(members(after(start, grouping(start, ["a"])?.edit ?? null))).toEqual({ x: "block b", y: "c d", block: "a" });
    expect(members(after(start, grouping(start, ["a", "c", "x"])?.edit ?? null))).toEqual({
      x: "a b",
      y: "c d",
      block: "x y",
    });
    expect(grouping(start, [])).toBeNull();
    expect(grouping(start, ["gone"])).toBeNull();
  });

  it("ungrouping a folded block opens it", () => {
    const start = scene("i>a a>b b>c", { x: "a b" }, { folded: ["x"], layout: {} });
    const made = ungrouping(start, "x");
    const open = after(start, made?.edit ?? null);
    expect([members(open), made?.select]).toEqual([{}, ["a", "b"]]);
    expect(clear(open)).toBe(true);
  });
});

describe("folding", () => {
  it("closes up and opening makes room again", () => {
    const start = scene("i>a a>b b>c c>d", { x: "a b" });
    const folded = after(start, folding(start, "x", true));
    expect(folded.doc.folded).toEqual(["x"]);
    expect(clear(folded)).toBe(true);
    expect(folded.boxes.get("d")?.y).toBeLessThan(start.boxes.get("d")?.y ?? 0);
    const opened = after(folded, folding(folded, "x", false));
    expect(clear(opened)).toBe(true);
    expect(folding(opened, "x", false)).toBeNull();
    expect(folding(opened, "gone", true)).toBeNull();
  });

  it("lays a block out that was never open", () => {
    const start = scene("i>a a>b b>c", { x: "a", y: "x b" }, { folded: ["y"], layout: {} });
    const opened = after(start, folding(start, "y", false));
    expect(clear(opened)).toBe(true);
    expect(opened.boxes.get("a")?.y).toBeLessThan(opened.boxes.get("b")?.y ?? 0);
  });

  it("a moved block opens where it stands", async () => {
    const { carried } = await import("./drawing");
    const start = scene("i>a a>b", { x: "a b" });
    const folded = after(start, folding(start, "x", true));
    const { x, y } = folded.boxes.get("x") as Box;
    const positions = carried(folded.doc, { x: { x: x + 500, y } }, folded.boxes);
    const moved = after(folded, { op: "move", positions });
    const opened = after(moved, folding(moved, "x", false));
    expect(opened.boxes.get("a")?.x).toBe((start.boxes.get("a")?.x ?? 0) + 500);
  });
});

describe("repeating", () => {
  it("written out stands in a row", () => {
    const start = scene("i>a a>b b>c", { x: "a b" });
    const thrice = after(start, { op: "set_block", block: "x", repeat: 3 });
    const made = unrolling(thrice, "x");
    const out = after(thrice, made?.edit ?? null);
    expect(made?.select).toEqual(["x", "x_2", "x_3"]);
    expect(arrows(out)).toEqual(["a>b", "a_2>b_2", "a_3>b_3", "b>a_2", "b_2>a_3", "b_3>c", "i>a"]);
    expect(clear(out)).toBe(true);
    expect(unrolling(start, "x")).toBeNull();
    const torn = scene("a>b b>c:1 i>a i>c", { x: "a c" });
    const twice = { ...torn, doc: { ...torn.doc, blocks: torn.doc.blocks.map((each) => ({ ...each, repeat: 2 })) } };
    expect(unrolling(twice, "x")).toEqual({ edit: { op: "unroll", block: "x" }, select: ["x"] });
  });

  it("counts in the parameters of a block", () => {
    const start = scene("i>a a>b b>c", { x: "a", y: "x b" }, { folded: ["y"] });
    const doc: Doc = {
      ...start.doc,
      blocks: start.doc.blocks.map((block) => ({ ...block, repeat: block.id === "x" ? 3 : 2 })),
    };
    const report = (parameters: number): Report => ({
      shape: [null, parameters],
      dtype: "float32",
      parameters,
      trainable: parameters,
      error: null,
      blocked: false,
      copies: 1,
      shared: false,
    });
    const sum = sums(doc, { a: report(10), b: { ...report(1), error: "Wrong." } }, []).get("y");
    expect(sum).toMatchObject({ layers: 2, parameters: 62, shape: [null, 1], frozen: false });
    expect(sum?.remarks.map(({ text }) => text)).toEqual(["b: Wrong."]);
    const varying = { ...report(10), copies: 6, varying: { parameters: 70, trainable: 65 } };
    expect(sums(doc, { a: varying, b: report(1) }, []).get("y")).toMatchObject({ parameters: 72, trainable: 67 });
  });
});

describe("connecting", () => {
  const start = scene("i>a a>b c>d", { x: "a b", y: "c d" }, { folded: ["x", "y"] });

  it("takes the exit of one block to the entry of the other", () => {
    expect([exitOf(start.doc, "x"), entryOf(start.doc, catalog, "y"), entryOf(start.doc, catalog, "x")]).toEqual([
      "b",
      "c",
      "a",
    ]);
    expect(connect(start, "x", "y", null)).toEqual({ op: "connect", edge: { source: "b", target: "c", port: 0 } });
    expect(targetsOf(start, "x")).toEqual(["y"]);
  });

  it("new layers follow a block, and join it only behind one of its layers", () => {
    const behind = after(start, addAfter(start, "Dense", ["x"]).edit);
    expect(arrows(behind)).toContain("b>dense");
    expect(members(behind)).toEqual({ x: "a b", y: "c d" });
    const open = scene("i>a a>b", { x: "a b" });
    expect(members(after(open, addAfter(open, "Dense", ["a"]).edit))).toEqual({ x: "a b dense" });
  });
});

describe("copies", () => {
  it("of a block are a block, also over the clipboard", () => {
    const start = scene("i>a a>b b>c", { x: "a", y: "x b" }, { folded: ["x"] });
    const { part } = fromText(toText(excerpt(start, ["y"]))) as Clipped;
    const made = copying(start, part, { x: 300, y: 0 });
    const copied = after(start, made?.edit ?? null);
    expect(members(copied)).toEqual({ x: "a", y: "x b", x_2: "a_2", y_2: "x_2 b_2" });
    expect([copied.doc.folded, made?.select]).toEqual([["x", "x_2"], ["y_2"]]);
    expect(commonParent(start.doc, ["x", "b"])).toBe("y");
  });

  it("with shared weights have no parameters of their own", () => {
    const start = scene("i>a a>b", { x: "a b" });
    const made = copying(start, excerpt(start, ["x"], true), { x: 0, y: 0 }, true);
    const { doc } = after(start, made?.edit ?? null);
    expect(doc.nodes.slice(3)).toEqual([
      { id: "a_2", kind: "Dense", params: {}, shares: "a" },
      { id: "b_2", kind: "Dense", params: {}, shares: "b" },
    ]);
    const again = copying(seen(doc), excerpt(seen(doc), ["a_2"], true), { x: 0, y: 0 }, true);
    expect(after(seen(doc), again?.edit ?? null).doc.nodes.at(-1)?.shares).toBe("a");
  });

  it("of a sharing layer without its owner are layers of their own", () => {
    const start = scene("i>a a>b b>c");
    const shared = after(start, {
      op: "batch",
      edits: [
        { op: "share", node: "b", with: "a" },
        { op: "share", node: "c", with: "a" },
      ],
    });
    expect(excerpt(shared, ["b", "c"]).nodes).toEqual([
      { id: "b", kind: "Dense", params: { of: "a" } },
      { id: "c", kind: "Dense", params: {}, shares: "b" },
    ]);
  });

  it("damaged blocks on the clipboard are left out", () => {
    const nodes = [{ id: "a", kind: "Dense", shares: "gone" }];
    const blocks = [
      { id: "one", name: "", members: ["a", "gone"], repeat: -3 },
      { id: "two", name: "x".repeat(99), members: ["a", "one"], repeat: 2 },
      { id: "loop", name: "l", members: ["pool"] },
      { id: "pool", name: "l", members: ["loop"] },
      { id: "a", name: "l", members: ["a"] },
      7,
    ];
    const { part, left } = fromText(JSON.stringify({ model: { nodes, blocks }, folded: ["two", "gone"] })) as Clipped;
    expect(left).toEqual([
      'that "a" shares the layer of "gone", which is not there or cannot be shared',
      "4 damaged blocks",
    ]);
    expect(part.nodes).toEqual([{ id: "a", kind: "Dense", params: {} }]);
    expect(() => applyEdit(EMPTY, { op: "insert", part })).not.toThrow();
  });
});

describe("what leaves a block that repeats", () => {
  const report = (last: number): Report => ({
    shape: [null, 10],
    finals: [[null, last], [null, 10 * last]],
    dtype: "float32",
    parameters: 0,
    trainable: 0,
    error: null,
    blocked: false,
    copies: 2,
    shared: false,
  });
  const { doc } = scene("i>a a>b b>c c>d", { inner: "a b", outer: "inner c" });
  const with_ = (repeats: Record<string, number>): Doc => ({
    ...doc,
    blocks: doc.blocks.map((block) => ({ ...block, repeat: repeats[block.id] ?? 1 })),
  });
  const left = (repeats: Record<string, number>): string[] =>
    [...leavingEdges(with_(repeats))].map(([{ source, target }, count]) => `${source}>${target} ${count}`);
  const outputs = (repeats: Record<string, number>): unknown[] => {
    const found = sums(with_(repeats), { b: report(2), c: report(3) }, []);
    return ["inner", "outer"].map((id) => found.get(id)?.shape?.[1]);
  };

  it("is what the last copy puts out", () => {
    expect([left({}), left({ inner: 2 }), left({ outer: 2 }), left({ inner: 2, outer: 2 })]).toEqual([
      [],
      ["b>c 1"],
      ["c>d 1"],
      ["b>c 1", "c>d 1"],
    ]);
    expect([outputs({ inner: 2 }), outputs({ outer: 2 })]).toEqual([
      [2, 10],
      [10, 3],
    ]);
    expect(outputs({ inner: 2, outer: 2 })).toEqual([2, 3]);
  });

  it("is said as the first's where both are the same", () => {
    expect(leaving({ ...report(2), finals: [] }, 1)).toEqual([null, 10]);
    const shapes = [0, 1, 2].map((left) => leaving(report(2), left)?.[1]);
    expect([...shapes, leaving(null, 1)]).toEqual([10, 2, 20, null]);
  });
});

describe("switches", () => {
  it("go off only where they are on for all, and a shared layer is frozen with its owner", () => {
    const start = scene("i>a a>b b>c", { x: "a b" });
    const freeze = switching(start.doc, ["x"], "frozen");
    expect(freeze).toEqual({ op: "switch", nodes: ["a", "b"], name: "frozen", value: true });
    const frozen = after(start, freeze);
    expect(switching(frozen.doc, ["x", "c"], "frozen")).toMatchObject({ value: true });
    expect(switching(frozen.doc, ["x"], "frozen")).toMatchObject({ value: false });
    const shared = after(frozen, { op: "share", node: "c", with: "a" });
    expect(switching(shared.doc, ["c"], "frozen")).toMatchObject({ nodes: ["c"], value: false });
    expect(switching(start.doc, [], "frozen")).toBeNull();
  });
});

describe("removal", () => {
  it("of a block joins what was on both sides", () => {
    const start = scene("i>a a>s i>s:1 s>c", { x: "a s" });
    const left = after(start, removal(start.doc, ["x"], []));
    expect([arrows(left), left.doc.blocks]).toEqual([["i>c"], []]);
  });

  it("of a block that others run through closes no circle", () => {
    const start = scene("i>a a>b b>c", { x: "i b" });
    expect(arrows(after(start, removal(start.doc, ["x"], [])))).toEqual(["a>c"]);
  });
});

describe("ready blocks", () => {
  const ready: Ready = {
    kind: "residual",
    title: "Residual",
    summary: "",
    part: {
      nodes: ["a", "s"].map((id) => ({ id, kind: KINDS[id] ?? "Dense", params: {} })),
      edges: [{ source: "a", target: "s", port: 1 }],
      blocks: [{ id: "residual", name: "Residual", members: ["a", "s"], repeat: 1 }],
    },
  };
  const told: Ready = {
    ...ready,
    inputs: [
      {
        name: "image",
        ports: [
          { target: "a", port: 0 },
          { target: "s", port: 0 },
        ],
      },
    ],
    outputs: ["s"],
  };

  it.each([
    ["all that lacks an input", ready],
    ["what it says itself", told],
  ])("are fed like a layer: %s", (_, block) => {
    const start = scene("i>a a>b");
    const made = readyAfter(start, block, ["b"]);
    const added = after(start, made.edit);
    expect(arrows(added)).toEqual(["a>b", "a_2>s:1", "b>a_2", "b>s", "i>a"]);
    expect([members(added), made.select]).toEqual([{ residual: "a_2 s" }, ["residual"]]);
    expect(clear(added)).toBe(true);
  });

  it("go into an edge and into the block around it", () => {
    const start = scene("i>a a>b", { x: "a b" });
    const [, edge] = start.doc.edges;
    const added = after(start, readyOnEdge(start, told, edge as Edge).edit);
    expect(arrows(added)).toEqual(["a>a_2", "a>s", "a_2>s:1", "i>a", "s>b"]);
    expect(members(added)).toEqual({ x: "a b residual", residual: "a_2 s" });
    expect(clear(added)).toBe(true);
  });

  it("follow the layer whose output was dragged to an empty place", () => {
    const start = scene("i>a a>b");
    const made = readyAt(start, told, { x: 900, y: 40 }, "a");
    expect(arrows(after(start, made.edit))).toEqual(["a>a_2", "a>b", "a>s", "a_2>s:1", "i>a"]);
  });

  it("are found beside layers, the person's own first", () => {
    const [own] = ownBlocks([{ id: "s1", title: "Dense twice", part: ready.part }]);
    const offers = new Catalog(catalog.layers, [ready]);
    const names = (words: string, recent: string[] = []): string[] =>
      offers.offer(words, recent, own ? [own] : []).map(({ layer, block }) => (layer ? layer.kind : block.title));
    expect(names("dense")).toEqual(["Dense", "Dense twice"]);
    expect(names("resid")).toEqual(["Residual"]);
    expect(names("block")).toEqual(["Dense twice", "Residual"]);
    expect(names("", ["Add", "gone"])).toEqual(["Add", "Dense twice", "Residual", "Input", "Dense"]);
    expect(own?.summary).toBe("Your own block of 2 layers.");
  });

  it("begin an empty document", () => {
    expect(after(seen(EMPTY), readyAfter(seen(EMPTY), told, []).edit).doc.nodes).toHaveLength(2);
  });
});

it("any series of gestures with blocks can be done and leaves a sound document", () => {
  const gesture = fc.record({ what: fc.nat(9), one: fc.nat(20), other: fc.nat(20) });
  fc.assert(
    fc.property(fc.array(gesture, { maxLength: 12 }), (list) => {
      let now = scene("i>a a>b b>c c>d b>s d>s:1", { x: "a b" });
      for (const { what, one, other } of list) {
        const all = [...now.doc.nodes, ...now.doc.blocks].map(({ id }) => id);
        if (all.length === 0 || all.length > 60) break;
        const [first, second] = [all[one % all.length] as string, all[other % all.length] as string];
        const block = now.doc.blocks[one % Math.max(1, now.doc.blocks.length)]?.id ?? "gone";
        const edits: (Edit | null | undefined)[] = [
          grouping(now, [first, second])?.edit,
          folding(now, block, other % 2 === 0),
          ungrouping(now, block)?.edit,
          unrolling(now, block)?.edit,
          copying(now, excerpt(now, [first, second]), { x: 10, y: 10 })?.edit,
          copying(now, excerpt(now, [first], true), { x: 10, y: 10 }, true)?.edit,
          removal(now.doc, [first], []),
          connect(now, first, second, null),
          switching(now.doc, [first], "bypassed"),
          addAfter(now, "Dense", [first]).edit,
        ];
        const edit = edits[what];
        if (!edit) continue;
        try {
          now = after(now, edit);
        } catch (error) {
          if (!(error instanceof EditError)) throw error;
          expect(what).toBe(7);
        }
        const known = new Set([...now.doc.nodes, ...now.doc.blocks].map(({ id }) => id));
        const held = now.doc.blocks.flatMap(({ members }) => members);
        expect(held.every((id) => known.has(id))).toBe(true);
        expect(new Set(held).size).toBe(held.length);
        expect(nodesIn(now.doc, [...known]).length).toBe(now.doc.nodes.length);
        for (const id of drawing(now.doc).flat.nodes) expect(now.boxes.has(id.id)).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
}, 60_000);
