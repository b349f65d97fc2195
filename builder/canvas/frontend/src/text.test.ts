import { describe, expect, it } from "vitest";
import { newId, snakeCase, uniqueId } from "./ids";
import { paramsText, shapeText } from "./shapes";
import { ariaName, badEdges, remarks } from "./words";
import type { Problem, Report } from "./wire";

describe("ids", () => {
  it.each([
    ["Conv2D", "conv2d"],
    ["MaxPooling2D", "max_pooling2d"],
    ["Conv2DTranspose", "conv2d_transpose"],
    ["LSTM", "lstm"],
    ["MultiHeadAttention", "multi_head_attention"],
    ["ReLU", "re_lu"],
    ["GlobalAveragePooling2D", "global_average_pooling2d"],
  ])("name %s as Keras does", (kind, name) => expect(snakeCase(kind)).toBe(name));

  it("are new and readable", () => {
    expect(newId("Conv2D", new Set())).toBe("conv2d");
    expect(newId("Conv2D", new Set(["conv2d", "conv2d_3"]))).toBe("conv2d_2");
    expect(uniqueId("conv_2", new Set(["conv_2", "conv_3"]))).toBe("conv_4");
    expect(newId("2D", new Set())).toBe("d");
    expect(newId("___", new Set())).toBe("layer");
  });

  it("stay within 64 letters", () => {
    const long = "a".repeat(80);
    const taken = new Set([uniqueId(long, new Set())]);
    for (let n = 0; n < 12; n += 1) {
      const id = uniqueId(long, taken);
      expect(id).toMatch(/^a+_\d+$/);
      expect(id.length).toBeLessThanOrEqual(64);
      taken.add(id);
    }
    expect(taken.size).toBe(13);
  });
});

describe("shapes", () => {
  it.each([
    [[null, 26, 26, 32], "26 × 26 × 32"],
    [[null, null, 8], "? × 8"],
    [[null, 100352], "100,352"],
    [[null], "scalar"],
    [[], "scalar"],
  ])("%j reads %s", (shape, text) => expect(shapeText(shape)).toBe(text));
});

describe("parameters", () => {
  it("read as one short line", () => {
    expect(paramsText({ filters: 32, kernel_size: [3, 3], activation: "relu", use_bias: false, name: null })).toBe(
      "filters 32 · kernel 3 × 3 · relu · no bias",
    );
    expect(paramsText({ scale: 1 / 255, rate: 0.5 })).toBe("scale 0.00392157 · rate 0.5");
    expect(paramsText({ layer: { kind: "LSTM", params: { units: 64 } }, return_sequences: true })).toBe(
      "LSTM (units 64) · return sequences",
    );
    expect(paramsText({ shape: [null, 8], extra: { deep: 1 }, list: [{}] })).toBe("shape ? × 8 · extra · list …");
    expect(paramsText({ columns: [0, 1, 4] })).toBe("columns 0, 1, 4");
    expect(paramsText({})).toBe("");
  });
});

const report: Report = {
  shape: [null, 8],
  dtype: "float32",
  parameters: 1,
  trainable: 1,
  error: null,
  blocked: false,
  copies: 1,
  shared: false,
};
const problem = (more: Partial<Problem>): Problem => ({
  code: "x",
  message: "Wrong.",
  hint: null,
  severity: "error",
  node: "a",
  edge: null,
  where: null,
  fix: null,
  ...more,
});

describe("remarks", () => {
  it("put errors first and say each thing once", () => {
    const found = remarks({ ...report, error: "Keras says no." }, [
      problem({ message: "Perhaps.", severity: "warning" }),
      problem({ message: "Keras says no." }),
      problem({ message: "Keras says no." }),
    ]);
    expect(found.map(({ text }) => text)).toEqual(["Keras says no.", "Perhaps."]);
  });

  it("never leave out Keras' own message", () => {
    expect(remarks({ ...report, error: "Keras says no." }, []).map(({ text }) => text)).toEqual(["Keras says no."]);
    expect(remarks({ ...report, error: "no." }, [problem({ message: "Layer a: no. Try b." })])).toHaveLength(1);
    expect(remarks(undefined, [])).toEqual([]);
  });

  it("are part of a node's name for screen readers", () => {
    const node = { id: "conv", kind: "Conv2D", params: {} };
    expect(ariaName(node, { ...report, shape: [null, 26, 26, 32], parameters: 320 }, [])).toBe(
      "Conv2D conv, output 26 × 26 × 32, 320 parameters",
    );
    expect(ariaName(node, report, remarks(report, [problem({})]))).toBe(
      "Conv2D conv, output 8, 1 parameter, error: Wrong.",
    );
    expect(ariaName(node, undefined, [])).toBe("Conv2D conv");
    expect(ariaName(node, undefined, [], true)).toBe("Conv2D conv, selected");
  });
});

it("an edge is bad where a problem names it, or where it leads into a node that Keras refuses", () => {
  const doc = {
    nodes: [],
    edges: [
      { source: "a", target: "b", port: 0 },
      { source: "b", target: "c", port: 0 },
      { source: "c", target: "d", port: 1 },
    ],
    blocks: [],
    layout: {},
    folded: [],
  };
  const bad = badEdges(doc, [problem({ edge: ["c", "d", 1] }), problem({ edge: ["x", "y", 0], severity: "warning" })], {
    a: report,
    b: { ...report, shape: null, error: "no" },
    c: { ...report, shape: null, error: "no" },
  });
  expect(bad).toEqual(new Set(["a>b:0", "c>d:1"]));
});
