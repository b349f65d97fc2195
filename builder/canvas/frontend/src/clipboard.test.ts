import { describe, expect, it } from "vitest";
import { Actions } from "./actions";
import { copying, excerpt } from "./blocks";
import { Catalog, type Layer } from "./catalog";
import { fromText, leftOut, toText, type Clipped } from "./clipboard";
import { applyEdit } from "./edits";
import type { Scene } from "./gestures";
import { EMPTY, type Doc } from "./graph";
import { Store } from "./store";
import { View } from "./view";
import type { Payload } from "./wire";

const layer = (kind: string, least = 1, most: number | null = 1): Layer => ({
  kind,
  family: "core",
  icon: "layers",
  summary: "",
  keywords: [],
  ports: { names: ["input"], least, most },
  start_params: {},
});
const catalog = new Catalog([layer("Input", 0, 0), layer("Dense")]);
const NOTHING_HERE = "The clipboard holds no layers. Copy some on a canvas first.";

const read = (value: unknown): Clipped | string => fromText(typeof value === "string" ? value : JSON.stringify(value));
const dense = (id: string, more: object = {}): object => ({ id, kind: "Dense", params: {}, ...more });
const model = (...nodes: unknown[]): object => ({ format: 1, model: { nodes } });
const many = (count: number): object => model(...Array.from({ length: count }, (_, n) => dense(`a${n}`)));

/** Lists in lists; 1 is a list without another. */
const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
const withParam = (value: string): string =>
  `{"model": {"nodes": [{"id": "a", "kind": "Dense", "params": {"x": ${value}}}]}}`;

const rich: Doc = {
  nodes: [
    { id: "i", kind: "Input", params: { shape: [4] } },
    { id: "x", kind: "Dense", params: { units: 3 }, frozen: true },
    { id: "y", kind: "Dense", params: {}, bypassed: true, shares: "x" },
  ],
  edges: [
    { source: "i", target: "x", port: 0 },
    { source: "x", target: "y", port: 0 },
  ],
  blocks: [
    { id: "b", name: "Twice", members: ["x"], repeat: 2 },
    { id: "c", name: "Both", members: ["b", "y"], repeat: 1 },
  ],
  layout: { i: { x: 0, y: 0 }, x: { x: 0, y: 120 }, y: { x: 0, y: 240 } },
  folded: ["b"],
};
const scene = (doc: Doc): Scene => ({ doc, boxes: new Map(), catalog });

describe("copies keep", () => {
  it("switches, shared layers, blocks and what is folded", () => {
    const text = toText(excerpt(scene(rich), ["i", "c"]));
    const { part, left } = fromText(text) as Clipped;
    expect(left).toEqual([]);
    expect({ nodes: part.nodes, edges: part.edges, blocks: part.blocks, folded: part.folded }).toEqual({
      nodes: rich.nodes,
      edges: rich.edges,
      blocks: rich.blocks,
      folded: rich.folded,
    });
    const made = copying(scene(rich), part, { x: 40, y: 0 });
    const doc = applyEdit(rich, made?.edit ?? { op: "batch", edits: [] });
    expect(doc.nodes.slice(3)).toEqual([
      { id: "i_2", kind: "Input", params: { shape: [4] } },
      { id: "x_2", kind: "Dense", params: { units: 3 }, frozen: true },
      { id: "y_2", kind: "Dense", params: {}, bypassed: true, shares: "x_2" },
    ]);
    expect(doc.edges.slice(2).map(({ source, target }) => `${source}>${target}`)).toEqual(["i_2>x_2", "x_2>y_2"]);
    expect(doc.blocks.slice(2)).toEqual([
      { id: "b_2", name: "Twice", members: ["x_2"], repeat: 2 },
      { id: "c_2", name: "Both", members: ["b_2", "y_2"], repeat: 1 },
    ]);
    expect(doc.folded).toEqual(["b", "b_2"]);
    expect(doc.layout.x_2).toEqual({ x: 40, y: 120 });
  });

  it("layers of a kind that nobody knows", () => {
    const { part, left } = read(model({ id: "a", kind: "Wavelet", params: { order: 4 } })) as Clipped;
    expect([part.nodes, left]).toEqual([[{ id: "a", kind: "Wavelet", params: { order: 4 } }], []]);
    expect(catalog.get("Wavelet").summary).toBe("This layer is not in the catalogue.");
  });
});

describe("a whole document", () => {
  const document = { format: 1, name: "x", ...model(dense("a")), layout: {}, folded: [] };

  it("gives its layers", () => {
    expect(read(document)).toEqual({ part: { ...EMPTY, nodes: [dense("a")] }, left: [] });
    expect(read(`\ufeff ${JSON.stringify(document)}`)).toEqual(read(document));
  });

  it("says that its other parts stay behind", () => {
    const { left } = read({ ...document, data: { dataset: "mnist" }, training: {} }) as Clipped;
    expect(leftOut(left)).toBe("Left out: the data set and the training settings.");
  });

  it("of a newer format is not read", () => {
    expect(read({ ...document, format: 2 })).toBe(
      "What is on the clipboard was saved by a newer version of Layerloom: it has format 2, and this version reads " +
        "format 1. Update Layerloom to paste it. Nothing was pasted.",
    );
    expect(read({ ...document, format: 7, model: "new" })).toMatch(/newer version/);
    expect(read({ ...document, format: "one" })).toMatch(/has the format "one"/);
  });
});

describe("what cannot be pasted", () => {
  it.each([
    ["words", NOTHING_HERE],
    ["Dear [you], {hello}", NOTHING_HERE],
    ["", NOTHING_HERE],
    ["[1, 2]", NOTHING_HERE],
    [model(), NOTHING_HERE],
    [model(7), "Layer 1 on the clipboard has no id. Nothing was pasted."],
    [
      model(dense("a"), dense("2 b")),
      'Layer 2 on the clipboard has the id "2 b"; an id starts with a letter and has up to 64 letters, digits and ' +
        "underscores. Nothing was pasted.",
    ],
    [model({ id: "a" }), 'Layer 1 on the clipboard, "a", needs a kind such as "Dense". Nothing was pasted.'],
    [
      model({ id: "a", kind: 7 }),
      'Layer 1 on the clipboard, "a", needs a kind such as "Dense", and has 7. Nothing was pasted.',
    ],
    [
      model(dense("a", { params: [1] })),
      'The parameters of "a" on the clipboard are […], not names with values. Nothing was pasted.',
    ],
    [model(dense("a"), dense("a")), 'Two layers on the clipboard have the same id, "a".'],
    [many(2001), "The clipboard holds 2,001 layers; at most 2,000 can be pasted."],
    [" ".repeat(2 ** 24 + 1), "The clipboard holds more than 16 MB, which is too much for layers."],
    [
      withParam("1e999"),
      'The parameter "x" of "a" on the clipboard holds a number that is too large, such as 1e999. Nothing was pasted.',
    ],
    [
      withParam('{"y": [-1e999]}'),
      'The parameter "x" of "a" on the clipboard holds a number that is too large, such as 1e999. Nothing was pasted.',
    ],
    [
      withParam('"\\ud800"'),
      'The parameter "x" of "a" on the clipboard holds half a character, which no text can hold. Nothing was pasted.',
    ],
  ])("says what is wrong: %.60j", (value, message) => expect(read(value)).toBe(message));

  it.each([
    ['{"a": 1,\n  "b": NaN}', "line 2, column 8: NaN is not a number that JSON allows"],
    ['{"a": [-Infinity]}', "line 1, column 8: -Infinity is not a number that JSON allows"],
    ['{"a" 1}', 'line 1, column 6: expected a ":", found "1"'],
    ["{'a': 1}", "line 1, column 2: expected a name in quotation marks, found \"'a'\""],
    ['{"a": 1,}', 'line 1, column 9: expected a name in quotation marks, found "}"'],
    ["[1 2]", 'line 1, column 4: expected a "," or "]", found "2"'],
    ["[1}", 'line 1, column 3: expected a "," or "]", found "}"'],
    ["[1] x", 'line 1, column 5: expected the end, found "x"'],
    ["[01]", 'line 1, column 2: expected a value, found "01"'],
    ['{"a": [1,\n', 'line 2, column 1: it ends too early, before a "]"'],
    ['{"a": "b', "line 1, column 7: a text in quotation marks that is not closed or holds a wrong character"],
    ["[".repeat(200_000), 'line 1, column 200001: it ends too early, before a "]"'],
  ])("says where JSON is damaged: %.30s", (text, where) =>
    expect(fromText(text)).toBe(`What is on the clipboard is damaged at ${where}. Nothing was pasted.`),
  );

  it("is nested deeper than the server reads", () => {
    const deep =
      'The parameter "x" of "a" on the clipboard is nested too deep: parameters have at most 30 levels. ' +
      "Nothing was pasted.";
    expect(typeof fromText(withParam(nested(29)))).toBe("object");
    expect(fromText(withParam(nested(30)))).toBe(deep);
    expect(fromText(withParam(nested(3_000)))).toBe(deep);
    expect(fromText(withParam('{"a":'.repeat(40) + "1" + "}".repeat(40)))).toBe(deep);
  });
});

describe("what is left out is told:", () => {
  it("fields that no layer has, and switches that are none", () => {
    const { part, left } = read(
      model(dense("a", { colour: "red", frozen: "yes" }), dense("b", { shares: "a" })),
    ) as Clipped;
    expect(part.nodes).toEqual([dense("a"), dense("b", { shares: "a" })]);
    expect(left).toEqual(['"frozen" of "a", which is "yes"', 'the field "colour" of "a"']);
    expect(leftOut(["a", "b", "c", "d", "e"])).toBe("Left out: a; b; c; and 2 more.");
    expect(leftOut([])).toBeNull();
  });

  it("edges and places that are damaged", () => {
    const edges = [
      { source: "a", target: "b", port: -1 },
      { source: "a", target: "c" },
      { source: "a", target: "b" },
      7,
    ];
    const layout = { a: { x: "1", y: 2 }, b: { x: 1, y: 2 } };
    const { part, left } = read({ model: { nodes: [dense("a"), dense("b")], edges }, layout }) as Clipped;
    expect(part.edges).toEqual([{ source: "a", target: "b", port: 0 }]);
    expect(part.layout).toEqual({ b: { x: 1, y: 2 } });
    expect(left).toEqual(["3 connections that lead nowhere"]);
  });
});

describe("pasting", () => {
  function canvas(doc: Doc): { store: Store; actions: Actions } {
    const store = new Store("tab", { now: () => 0, after: () => () => undefined });
    const payload: Payload = {
      draft: "d",
      opening: "o",
      revision: 1,
      acked: {},
      refused: [],
      nodes: [...doc.nodes],
      edges: [...doc.edges],
      blocks: [...doc.blocks],
      layout: doc.layout,
      folded: [...doc.folded],
      reports: {},
      problems: [],
      can_undo: false,
      can_redo: false,
      select: null,
      height: 400,
    };
    store.receive(payload);
    const view = new View(store);
    view.useCatalog(catalog);
    const still = (): void => undefined;
    return { store, actions: new Actions(store, view, catalog, { fit: still, open: still, reveal: still, zoom: still, pan: still }) };
  }
  const toasts = (store: Store): string[] => store.snapshot().toasts.map(({ message }) => message);

  it("counts the layers that are there before anything is drawn", () => {
    const { store, actions } = canvas((read(many(1_500)) as Clipped).part);
    actions.paste(JSON.stringify(many(501)));
    expect(toasts(store)).toEqual([
      "There are 1,500 layers, and 501 more layers would make 2,001; a network has at most 2,000. Nothing was added.",
    ]);
    expect([store.snapshot().doc.nodes.length, store.snapshot().pending]).toEqual([1_500, 0]);
    actions.paste(JSON.stringify(many(500)));
    expect(store.snapshot().doc.nodes.length).toBe(2_000);
  });

  it("says what it left out, and nothing where it took all", () => {
    const { store, actions } = canvas(rich);
    actions.paste(JSON.stringify(model(dense("q", { note: 1 }))));
    expect(toasts(store)).toEqual(['Left out: the field "note" of "q".']);
    actions.paste(JSON.stringify(model({ id: "w", kind: "Wavelet" })));
    expect(toasts(store).length).toBe(1);
    expect(
      store
        .snapshot()
        .doc.nodes.slice(-2)
        .map(({ kind }) => kind),
    ).toEqual(["Dense", "Wavelet"]);
  });
});
