import { describe, expect, it } from "vitest";
import { merged, reportsOf, type Ahead } from "./ahead";
import { EMPTY, type Doc } from "./graph";
import { Store } from "./store";
import type { Payload, Report, Sent } from "./wire";

const report = (shape: (number | null)[], parameters = 0): Report => ({
  shape,
  dtype: "float32",
  parameters,
  trainable: parameters,
  error: null,
  blocked: false,
  copies: 1,
  shared: false,
});

const told = (shape: (number | null)[] | null, error: string | null = null): never =>
  ({
    output: shape && { shape, dtype: "float32" },
    parameters: 0,
    trainable: 0,
    error,
    blocked: false,
    copies: 1,
    finals: [],
    shared: false,
  }) as never;

const payload = (
  doc: Doc,
  revision: number,
  acked: Record<string, number>,
  reports: Record<string, Report>,
): Payload => ({
  draft: "one",
  opening: "first",
  revision,
  acked,
  refused: [],
  ...doc,
  nodes: [...doc.nodes],
  edges: [...doc.edges],
  blocks: [...doc.blocks],
  folded: [...doc.folded],
  layout: { ...doc.layout },
  reports,
  problems: [],
  can_undo: false,
  can_redo: false,
  select: null,
  height: 400,
});

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn += 1) await Promise.resolve();
};

const doc: Doc = { ...EMPTY, nodes: [{ id: "one", kind: "Dense", params: { units: 2 } }] };
const set = (units: number) => ({ op: "set_param", node: "one", name: "units", value: units }) as const;

function begin(ahead: Ahead): { store: Store; sent: Sent[]; painted: number[] } {
  const painted: number[] = [];
  const clock = { now: () => 7, after: () => () => undefined };
  const store = new Store("me", clock, (started) => painted.push(started), ahead);
  const sent: Sent[] = [];
  store.connect((value) => sent.push(value));
  store.receive(payload(doc, 1, {}, { one: report([null, 2]) }));
  return { store, sent, painted };
}

describe("shapes ahead of the page", () => {
  it("are shown until the page tells them, and each edit counts as answered once", async () => {
    const { store, sent, painted } = begin(async () => ({ one: report([null, 5]) }));
    store.edit(set(5));
    expect(store.snapshot().reports.one?.shape).toEqual([null, 2]);
    await turns();
    expect(store.snapshot().reports.one?.shape).toEqual([null, 5]);
    expect(painted).toEqual([7]);
    const client = sent.at(-1)?.client ?? "";
    const after = { ...doc, nodes: [{ id: "one", kind: "Dense", params: { units: 5 } }] };
    store.receive(payload(after, 2, { [client]: 1 }, { one: report([null, 6]) }));
    expect(store.snapshot().reports.one?.shape).toEqual([null, 6]);
    expect(painted).toEqual([7]);
  });

  it("are left aside when the network has changed meanwhile, or nobody answers", async () => {
    const answers = [{ one: report([null, 5]) }, null];
    const { store } = begin(async () => answers.shift() ?? null);
    store.edit(set(5));
    store.edit(set(6));
    await turns();
    expect(store.snapshot().reports.one?.shape).toEqual([null, 2]);
  });

  it("are not asked for where a layer only moves", async () => {
    let asked = 0;
    const { store } = begin(async () => {
      asked += 1;
      return null;
    });
    store.edit({ op: "move", positions: { one: { x: 5, y: 5 } } });
    await turns();
    expect(asked).toBe(0);
  });

  it("hold what is right only, and keep the names of axes", () => {
    const found = reportsOf({ good: told([null, 3]), bad: told(null, "No."), blocked: told(null) });
    expect(Object.keys(found)).toEqual(["good"]);
    const known = { good: { ...report([null, 2]), axes: ["features"] }, bad: report([null, 1]) };
    const all = merged(known, found);
    expect(all.good).toMatchObject({ shape: [null, 3], axes: ["features"] });
    expect(all.bad).toBe(known.bad);
  });
});
