import { expect, test } from "vitest";
import { Catalog, type Layer } from "./catalog";
import type { Scene } from "./gestures";
import type { Doc, Edge } from "./graph";
import { Linking, type Verdict } from "./linking";

const layer = (kind: string, names: string[], least: number, most: number | null): Layer => ({
  kind,
  family: "core",
  icon: "layers",
  summary: "",
  keywords: [],
  ports: { names, least, most },
  start_params: {},
});
const catalog = new Catalog([
  layer("Input", [], 0, 0),
  layer("Dense", ["input"], 1, 1),
  layer("Attention", ["query", "value"], 2, 2),
]);
const doc: Doc = {
  nodes: [
    { id: "image", kind: "Input", params: {} },
    { id: "one", kind: "Dense", params: {} },
    { id: "two", kind: "Dense", params: {} },
    { id: "see", kind: "Attention", params: {} },
  ],
  edges: [{ source: "image", target: "one", port: 0 }],
  layout: {},
  blocks: [],
  folded: [],
};
const scene = (): Scene => ({ doc, boxes: new Map(), catalog });
const refused: Verdict = { fits: false, reason: "Too many axes.", bridge: null, fixes: [] };
const fine: Verdict = { fits: true, reason: null, bridge: null, fixes: [] };

function linking(answer: (links: readonly Edge[], closely?: boolean) => Verdict[] | null) {
  const marks: Record<string, string>[] = [];
  const asked: (readonly Edge[])[] = [];
  const made = new Linking(
    scene,
    (classes) => marks.push(classes),
    async (_, links, closely) => {
      asked.push(links);
      return answer(links, closely);
    },
  );
  return { made, marks, asked };
}

test("the graph's own reasons are there at once", () => {
  const { made, marks } = linking(() => null);
  made.start("one", true);
  expect(marks.at(-1)).toEqual({ one: "from", image: "closed", two: "fits", see: "fits" });
  expect(made.verdict("image", null).reason).toBe("Input takes no input.");
});

test("Keras' reasons come with the answer, one for each named input", async () => {
  const { made, marks, asked } = linking((links) =>
    links.map(({ target, port }) => (target === "two" || port === 1 ? refused : fine)),
  );
  made.start("image", true);
  expect(made.verdict("one", null).reason).toBe('"image" already feeds "one".');
  await Promise.resolve();
  expect(asked).toHaveLength(1);
  expect(marks.at(-1)).toEqual({ image: "from", one: "closed", two: "unfit", see: "fits" });
  expect(made.verdict("see", 1)).toEqual(refused);
  expect(made.verdict("see", 0)).toEqual(fine);
});

test("an answer that comes too late is not taken", async () => {
  const { made, marks } = linking((links) => links.map(() => refused));
  made.start("image", true);
  made.end();
  await Promise.resolve();
  expect(marks.at(-1)).toEqual({});
  expect(made.snapshot()).toBeNull();
});

test("pulling backwards looks for what could feed an input", async () => {
  const { made, asked } = linking((links) => links.map(() => fine));
  made.start("one", false);
  await Promise.resolve();
  expect(asked[0]).toEqual([
    { source: "two", target: "one", port: 0 },
    { source: "see", target: "one", port: 0 },
  ]);
});

test("one connection is asked about alone, at the input that it would take", async () => {
  const { made, asked } = linking((links) => links.map(() => refused));
  expect(await made.about("image", "two", null)).toEqual(refused);
  expect(asked).toEqual([[{ source: "image", target: "two", port: 0 }]]);
  expect((await made.about("one", "image", null)).reason).toBe("Input takes no input.");
  expect(asked).toHaveLength(1);
  const silent = linking(() => null);
  expect((await silent.made.about("image", "two", null)).fits).toBeNull();
});

test("what a connection leads to is asked once, when one points at its target", async () => {
  const units: Verdict = { fits: true, reason: "Gives 4, needs 10.", bridge: null, fixes: [{ label: "Set", edits: [] }] };
  const { made, marks, asked } = linking((links, closely) => links.map(() => (closely ? units : fine)));
  made.start("image", true);
  made.look("two", null); // nothing is known yet
  await Promise.resolve();
  made.look("two", null);
  made.look("two", null);
  made.look("image", null);
  await Promise.resolve();
  expect(asked).toHaveLength(2);
  expect(asked[1]).toEqual([{ source: "image", target: "two", port: 0 }]);
  expect(made.verdict("two", null)).toEqual(units);
  expect(marks.at(-1)).toEqual({ image: "from", one: "closed", two: "leads", see: "fits" });
});
