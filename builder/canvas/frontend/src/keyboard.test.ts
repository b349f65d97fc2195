import { describe, expect, it } from "vitest";
import { Catalog } from "./catalog";
import { commandOf, SHORTCUTS, type Pressed } from "./keyboard";
import { share } from "./share";

const press = (key: string, ...held: ("ctrl" | "meta" | "shift" | "alt")[]): Pressed => ({
  key,
  ctrlKey: held.includes("ctrl"),
  metaKey: held.includes("meta"),
  shiftKey: held.includes("shift"),
  altKey: held.includes("alt"),
});

describe("shortcuts", () => {
  it.each([
    [press("z", "ctrl"), "undo"],
    [press("Z", "ctrl", "shift"), "redo"],
    [press("z", "meta"), "undo"],
    [press("y", "ctrl"), "redo"],
    [press("?", "shift"), "help"],
    [press("?"), "help"],
    [press("+", "shift"), "zoomIn"],
    [press("Delete"), "remove"],
    [press("Delete", "shift"), "removeOnly"],
    [press("ArrowUp", "shift"), "up"],
    [press("Enter", "shift"), "accept"],
    [press("c"), "connect"],
    [press("c", "ctrl"), null], // the browser's own copy, cut and paste events are used
    [press("C", "shift"), null],
    [press("c", "alt"), null],
    [press("r"), null],
    [press("Shift", "shift"), null],
  ])("%o is %s", (pressed, command) => expect(commandOf(pressed)).toBe(command));

  it("are listed once each and never share a key", () => {
    const keys = SHORTCUTS.flatMap((shortcut) => shortcut.keys);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { show, does } of SHORTCUTS) expect(show === undefined).toBe(does === undefined);
  });
});

describe("the catalogue's search", () => {
  const entry = (kind: string, keywords: string[] = [], summary = "") =>
    ({
      kind,
      keywords,
      summary,
      family: "core",
      icon: "",
      ports: { names: ["input"], least: 1, most: 1 },
      start_params: {},
    }) as const;
  const catalog = new Catalog([
    entry("DepthwiseConv2D"),
    entry("Conv1D"),
    entry("Conv2D", ["convolution"]),
    entry("Dropout", ["regularization"]),
    entry("MultiHeadAttention", ["transformer"], "Every position looks at all others."),
  ]);
  const kinds = (words: string): string[] => catalog.search(words).map(({ kind }) => kind);

  it("puts the best first", () => {
    expect(kinds("conv2d")).toEqual(["Conv2D", "DepthwiseConv2D"]);
    expect(kinds("conv")).toEqual(["Conv1D", "Conv2D", "DepthwiseConv2D"]);
    expect(kinds("mha")).toEqual(["MultiHeadAttention"]);
    expect(kinds("regular")).toEqual(["Dropout"]);
    expect(kinds("looks")).toEqual(["MultiHeadAttention"]);
    expect(kinds("conv depth")).toEqual(["DepthwiseConv2D"]);
    expect(kinds("nothing")).toEqual([]);
    expect(kinds(" ")).toHaveLength(5);
  });

  it("knows something about layers that it does not know", () => {
    expect(catalog.has("Strange")).toBe(false);
    expect(catalog.get("Strange")).toMatchObject({ kind: "Strange", ports: { most: 1 } });
  });
});

describe("structural sharing", () => {
  it("keeps equal parts and takes the rest", () => {
    const before = { a: [1, { x: 1 }], b: { c: null } };
    expect(share(before, structuredClone(before))).toBe(before);
    const after = share(before, { a: [1, { x: 2 }], b: { c: null } });
    expect(after.b).toBe(before.b);
    expect(after.a).toEqual([1, { x: 2 }]);
    expect(share({ a: 1, b: 2 } as object, { a: 1 })).toEqual({ a: 1 });
    expect(share([1, 2], [1])).toEqual([1]);
    expect(share({}, [])).toEqual([]);
    expect(share({ a: undefined } as object, { b: undefined })).toEqual({ b: undefined });
  });
});
