import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { applyEdit, EditError, type Edit } from "./edits";
import { EMPTY, type Doc } from "./graph";
import { Store, type Clock } from "./store";
import type { Change, Payload, Sent } from "./wire";

class Time implements Clock {
  private at = 0;
  private jobs: { at: number; job: () => void }[] = [];

  now = (): number => this.at;

  after = (ms: number, job: () => void): (() => void) => {
    const entry = { at: this.at + ms, job };
    this.jobs.push(entry);
    return () => {
      this.jobs = this.jobs.filter((other) => other !== entry);
    };
  };

  pass(ms: number): void {
    const end = this.at + ms;
    for (;;) {
      const [next] = this.jobs.filter(({ at }) => at <= end).sort((one, other) => one.at - other.at);
      if (!next) break;
      this.jobs = this.jobs.filter((other) => other !== next);
      this.at = next.at;
      next.job();
    }
    this.at = end;
  }
}

/** What survives a restart: the document, the acknowledged numbers, and for the test every change in order. */
interface Saved {
  doc: Doc;
  acked: Record<string, number>;
  log: Change[];
}

/** The server's side of the contract, as builder/ui keeps it. */
class Server {
  saved: Saved[];
  opening = 1;
  revision = 1;
  private past: Doc[] = [];
  private future: Doc[] = [];
  private refused: Payload["refused"] = [];

  constructor(
    doc: Doc = EMPTY,
    public draft = "first",
  ) {
    this.saved = [{ doc, acked: {}, log: [] }];
  }

  get now(): Saved {
    return this.saved.at(-1) as Saved;
  }

  run(sent: Sent | null): Payload {
    if (sent !== null && sent.draft === this.draft) this.receive(sent);
    return this.payload();
  }

  private receive(sent: Sent): void {
    const seen = this.now.acked[sent.client];
    const later = sent.edits.filter(({ n }) => seen === undefined || n > seen);
    if (later.length === 0 || (seen !== undefined && later[0]?.n !== seen + 1)) return;
    this.refused = [];
    let { doc, log } = this.now;
    for (const { n, edit } of later) {
      log = [...log, edit];
      try {
        doc = this.change(doc, edit);
      } catch (error) {
        this.refused.push({ n, message: (error as Error).message });
      }
    }
    this.save({ doc, log, acked: { ...this.now.acked, [sent.client]: later.at(-1)?.n as number } });
  }

  /** An edit that comes from elsewhere on the page. */
  edit(edit: Edit): void {
    this.save({ ...this.now, doc: this.change(this.now.doc, edit) });
  }

  private change(doc: Doc, edit: Change): Doc {
    if (edit.op === "undo" || edit.op === "redo") {
      const [take, give] = edit.op === "undo" ? [this.past, this.future] : [this.future, this.past];
      const other = take.pop();
      if (other === undefined) return doc;
      give.push(doc);
      return other;
    }
    if (edit.op === "keep_block" || edit.op === "forget_block") return doc;
    const next = applyEdit(doc, edit);
    if (JSON.stringify(next) === JSON.stringify(doc)) return doc;
    this.past.push(doc);
    this.future = [];
    return next;
  }

  private save(saved: Saved): void {
    this.saved = [...this.saved, saved];
    this.revision += 1;
  }

  /**
   * Lose the session and the latest `lost` saves, but never the first number of a browser: one that the server does not
   * know may be any old tab, and then sending everything again would be wrong.
   */
  restart(lost: number): void {
    const known = this.saved.findIndex(({ acked }) => Object.keys(acked).length > 0);
    this.saved = this.saved.slice(0, Math.max(known + 1, 1, known < 0 ? this.saved.length : this.saved.length - lost));
    this.opening += 1;
    this.revision = 1;
    this.past = [];
    this.future = [];
    this.refused = [];
  }

  payload(more: Partial<Payload> = {}): Payload {
    const { doc, acked } = this.now;
    return structuredClone({
      draft: this.draft,
      opening: `${this.draft}.${this.opening}`,
      revision: this.revision,
      acked,
      refused: this.refused,
      nodes: [...doc.nodes],
      edges: [...doc.edges],
      blocks: [...doc.blocks],
      layout: { ...doc.layout },
      folded: [...doc.folded],
      reports: {},
      problems: [],
      can_undo: this.past.length > 0,
      can_redo: this.future.length > 0,
      select: null,
      height: 600,
      ...more,
    });
  }
}

const add = (id: string): Edit => ({
  op: "add_node",
  node: { id, kind: "Dense", params: {} },
  position: { x: 1, y: 2 },
});
const ids = (doc: Doc): string[] => doc.nodes.map((node) => node.id);
const microtasks = async (): Promise<void> => {
  await Promise.resolve();
  await Promise.resolve();
};

let time: Time;
let server: Server;
let store: Store;
let sent: Sent[];

beforeEach(() => {
  time = new Time();
  server = new Server();
  sent = [];
  store = new Store("tab", time);
  store.connect((message) => sent.push(structuredClone(message)));
  store.receive(server.payload());
});

const lastSent = (): Sent | null => sent.at(-1) ?? null;
const shown = (): Doc => store.snapshot().doc;

describe("the store", () => {
  it("shows an edit at once and keeps it through the answer", async () => {
    store.edit(add("dense"));
    expect(ids(shown())).toEqual(["dense"]);
    expect(store.snapshot().pending).toBe(1);
    await microtasks();
    store.receive(server.run(lastSent()));
    expect(ids(shown())).toEqual(["dense"]);
    expect(store.snapshot().pending).toBe(0);
  });

  it("sends the edits of one turn together, and all that have no answer again with the next", async () => {
    store.edit(add("one"));
    store.edit(add("two"));
    await microtasks();
    store.edit(add("three"));
    await microtasks();
    expect(sent.map(({ edits }) => edits.map(({ n }) => n))).toEqual([
      [1, 2],
      [1, 2, 3],
    ]);
  });

  it("sends nothing on its own", async () => {
    await microtasks();
    time.pass(60_000);
    expect(sent).toEqual([]);
  });

  it("refuses a cycle with a reason and sends nothing", async () => {
    server = new Server(
      {
        ...EMPTY,
        nodes: [
          { id: "a", kind: "Dense", params: {} },
          { id: "b", kind: "Dense", params: {} },
        ],
        edges: [{ source: "a", target: "b", port: 0 }],
        layout: {},
      },
      "second",
    );
    store.receive(server.payload());
    expect(store.edit({ op: "connect", edge: { source: "b", target: "a", port: 0 } })).toBe(false);
    await microtasks();
    expect(store.snapshot().toasts.map(({ message }) => message)).toEqual([
      '"b" cannot feed "a": the network would run in a circle.',
    ]);
    expect(sent).toEqual([]);
  });

  it("does not send an edit that changes nothing, except where it reaches beyond the graph", async () => {
    store.edit({ op: "move", positions: { nobody: { x: 1, y: 1 } } });
    await microtasks();
    expect(sent).toEqual([]);
    store.edit({ op: "batch", edits: [{ op: "set", path: "training.epochs", value: 3 }] });
    await microtasks();
    expect(sent).toHaveLength(1);
  });

  it("says once why the server refused an edit, and takes it back", async () => {
    store.edit(add("dense"));
    server.edit(add("dense"));
    await microtasks();
    const answer = server.run(lastSent());
    store.receive(answer);
    store.receive({ ...answer, revision: answer.revision + 1 });
    expect(store.snapshot().toasts).toHaveLength(1);
    expect(ids(shown())).toEqual(["dense"]);
    time.pass(30_000);
    expect(store.snapshot().toasts).toEqual([]);
  });

  it("never goes back to an older document", async () => {
    const old = server.payload();
    store.edit(add("dense"));
    await microtasks();
    store.receive(server.run(lastSent()));
    const before = store.snapshot();
    store.receive(old);
    expect(store.snapshot()).toBe(before);
  });

  it("keeps the identity of what has not changed", async () => {
    store.edit(add("one"));
    await microtasks();
    store.receive(server.run(lastSent()));
    const before = shown();
    server.edit(add("two"));
    store.receive(server.payload());
    expect(shown().nodes[0]).toBe(before.nodes[0]);
    expect(shown().edges).toBe(before.edges);
    const after = store.snapshot().doc;
    store.receive(server.payload());
    expect(shown()).toBe(after);
  });

  it("takes everything from another draft and keeps the old draft's edits out of it", async () => {
    store.edit(add("dense"));
    const other = new Server({ ...EMPTY, nodes: [{ id: "x", kind: "Input", params: {} }] }, "second");
    store.receive(other.payload());
    expect(ids(shown())).toEqual(["x"]);
    await microtasks();
    store.edit(add("y"));
    await microtasks();
    expect(lastSent()?.draft).toBe("second");
    expect(lastSent()?.edits.map(({ edit }) => edit)).toEqual([add("y")]);
    store.receive(other.run(lastSent()));
    expect(ids(other.now.doc)).toEqual(["x", "y"]);
  });

  it("edits a draft again after another one was on screen", async () => {
    const other = new Server(EMPTY, "second");
    for (const [place, id] of [
      [server, "a"],
      [other, "b"],
      [server, "c"],
      [other, "d"],
      [server, "e"],
    ] as const) {
      store.receive(place.run(null));
      store.edit(add(id));
      await microtasks();
      store.receive(place.run(lastSent()));
      expect(store.snapshot().pending).toBe(0);
    }
    expect(ids(server.now.doc)).toEqual(["a", "c", "e"]);
    expect(ids(other.now.doc)).toEqual(["b", "d"]);
  });

  it("undoes its own edits at once, answered or not", async () => {
    store.edit(add("one"));
    await microtasks();
    store.receive(server.run(lastSent()));
    store.edit(add("two"));
    store.undo();
    expect(ids(shown())).toEqual(["one"]);
    store.undo();
    expect(shown()).toEqual(EMPTY);
    await microtasks();
    store.receive(server.run(lastSent()));
    expect(shown()).toEqual(EMPTY);
    store.redo();
    expect(ids(shown())).toEqual(["one"]);
    await microtasks();
    store.receive(server.run(lastSent()));
    expect(ids(shown())).toEqual(["one"]);
  });

  it("leaves history that it has not seen to the server", async () => {
    store.edit(add("one"));
    await microtasks();
    server.run(lastSent());
    server.run({ client: "other", draft: "first", edits: [{ n: 1, edit: add("elsewhere") }], selected: [] });
    store.receive(server.run(null));
    store.undo();
    expect(ids(shown())).toEqual(["one", "elsewhere"]);
    await microtasks();
    store.receive(server.run(lastSent()));
    expect(ids(shown())).toEqual(["one"]);
  });

  it("takes back at once a redo whose outcome only the server knows", async () => {
    server.edit(add("elsewhere"));
    store.receive(server.run(null));
    for (const step of ["undo", "redo"] as const) {
      store[step]();
      await microtasks();
      if (step === "undo") store.receive(server.run(lastSent()));
    }
    expect(store.snapshot().canUndo).toBe(true);
    store.undo();
    await microtasks();
    store.receive(server.run(lastSent()));
    expect(shown()).toEqual(EMPTY);
    expect(store.snapshot()).toMatchObject({ pending: 0, canUndo: false, canRedo: true });
  });

  it("offers undo and redo only where there is something", async () => {
    expect(store.snapshot().canUndo).toBe(false);
    store.undo();
    await microtasks();
    expect(sent).toEqual([]);
    store.edit(add("one"));
    expect(store.snapshot()).toMatchObject({ canUndo: true, canRedo: false });
    store.undo();
    expect(store.snapshot()).toMatchObject({ canUndo: false, canRedo: true });
  });

  it("sends an edit again until it is answered, ever more patiently", async () => {
    store.edit(add("dense"));
    await microtasks();
    for (const expected of [1, 2, 2, 3, 3, 3, 3, 4]) {
      expect(sent).toHaveLength(expected);
      time.pass(2_000);
    }
    store.receive(server.run(lastSent()));
    time.pass(100_000);
    expect(sent).toHaveLength(4);
    expect(ids(server.now.doc)).toEqual(["dense"]);
  });

  it("keeps edits while the canvas is away from the page, and sends them when it is back", async () => {
    store.disconnect();
    store.edit(add("dense"));
    await microtasks();
    time.pass(60_000);
    expect(sent).toEqual([]);
    store.connect((message) => sent.push(message));
    await microtasks();
    store.receive(server.run(lastSent()));
    expect(ids(server.now.doc)).toEqual(["dense"]);
    expect(sent).toHaveLength(1);
  });

  it("sends again what a server forgot that came back from an older state", async () => {
    for (const id of ["one", "two", "three"]) {
      store.edit(add(id));
      await microtasks();
      store.receive(server.run(lastSent()));
    }
    store.edit(add("four"));
    await microtasks();
    server.restart(2);
    store.receive(server.run(lastSent()));
    expect(ids(shown())).toEqual(["one", "two", "three", "four"]);
    await microtasks();
    store.receive(server.run(lastSent()));
    expect(ids(server.now.doc)).toEqual(["one", "two", "three", "four"]);
    expect(store.snapshot().pending).toBe(0);
  });

  it("sends nothing again to a server that came back with everything", async () => {
    store.edit(add("one"));
    await microtasks();
    store.receive(server.run(lastSent()));
    server.restart(0);
    store.receive(server.run(lastSent()));
    await microtasks();
    time.pass(60_000);
    expect(sent).toHaveLength(1);
    expect(ids(shown())).toEqual(["one"]);
  });

  it("tells the selection once it has settled, and not twice", async () => {
    store.edit(add("one"));
    store.edit(add("two"));
    store.select(["one"]);
    await microtasks();
    expect(lastSent()?.selected).toEqual(["one"]);
    store.receive(server.run(lastSent()));
    store.select(["two"]);
    store.select(["one", "two"]);
    store.select(["one"]);
    time.pass(100);
    expect(sent).toHaveLength(1);
    store.select(["two"]);
    expect(sent).toHaveLength(1);
    time.pass(30);
    expect(lastSent()).toMatchObject({ edits: [], selected: ["two"] });
  });

  it("forgets the selection of nodes that are gone", async () => {
    store.edit(add("one"));
    store.select(["one"]);
    store.edit({ op: "remove", nodes: ["one"] });
    expect(store.snapshot().selection.nodes).toEqual([]);
    await microtasks();
    expect(lastSent()?.selected).toEqual([]);
  });

  it("follows a request to select once", () => {
    server.edit(add("one"));
    store.receive(server.payload({ select: { token: 1, nodes: ["one", "gone"] } }));
    expect(store.snapshot().selection.nodes).toEqual(["one"]);
    expect(store.snapshot().request).toEqual({ nodes: ["one"] });
    store.requestDone();
    store.select([]);
    store.receive(server.payload({ select: { token: 1, nodes: ["one"] } }));
    expect(store.snapshot()).toMatchObject({ request: null, selection: { nodes: [] } });
  });

  it("follows the first request of every opening, and tells it the selection", async () => {
    server.edit(add("one"));
    server.edit(add("two"));
    store.receive(server.payload({ select: { token: 1, nodes: ["one"] } }));
    time.pass(100);
    server.restart(0);
    store.receive(server.run(lastSent()));
    await microtasks();
    expect(lastSent()?.selected).toEqual(["one"]);
    store.receive(server.payload({ select: { token: 1, nodes: ["two"] } }));
    expect(store.snapshot().selection.nodes).toEqual(["two"]);
  });

  it("tells when each edit was answered", async () => {
    const started: number[] = [];
    store = new Store("tab", time, (at) => started.push(at));
    store.connect((message) => sent.push(message));
    store.receive(server.payload());
    time.pass(10);
    store.edit(add("one"));
    time.pass(5);
    store.edit(add("two"));
    await microtasks();
    store.receive(server.run(lastSent()));
    expect(started).toEqual([10, 15]);
  });
});

type Step =
  | { do: "edit"; pick: number }
  | { do: "undo" | "redo" | "run" | "deliver" | "exchange" | "drop" | "serverEdit" }
  | { do: "again"; pick: number }
  | { do: "wait"; ms: number }
  | { do: "restart"; lost: number };

/** A browser, a network and a server, driven step by step. */
class World {
  readonly time = new Time();
  readonly server = new Server();
  readonly store = new Store("tab", this.time);
  readonly made: Change[] = [];
  private widget: Sent | null = null;
  private onTheWay: Payload[] = [];
  private delivered: Payload[] = [];
  private counter = 0;

  constructor() {
    this.store.connect((message) => {
      this.widget = structuredClone(message);
    });
    this.receive(this.server.payload());
  }

  private receive(payload: Payload): void {
    this.delivered.push(payload);
    this.store.receive(structuredClone(payload));
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case "edit":
        return this.edit(step.pick);
      case "undo":
      case "redo": {
        const possible = step.do === "undo" ? this.store.snapshot().canUndo : this.store.snapshot().canRedo;
        this.store[step.do]();
        if (possible) this.made.push({ op: step.do });
        return microtasks();
      }
      case "run":
        this.onTheWay.push(this.server.run(this.widget));
        return;
      case "deliver": {
        const next = this.onTheWay.shift();
        if (next) this.receive(next);
        return microtasks();
      }
      case "exchange":
        await this.take({ do: "run" });
        while (this.onTheWay.length > 0) await this.take({ do: "deliver" });
        return;
      case "drop": // a run that another one overtook
        this.onTheWay.shift();
        return;
      case "again": {
        const old = this.delivered[step.pick % this.delivered.length];
        if (old?.opening === this.delivered.at(-1)?.opening) this.store.receive(structuredClone(old as Payload));
        return microtasks();
      }
      case "serverEdit":
        this.counter += 1;
        this.server.edit(add(`server${this.counter}`));
        return;
      case "wait":
        this.time.pass(step.ms);
        return microtasks();
      case "restart":
        this.onTheWay = [];
        this.server.restart(step.lost);
        return;
    }
  }

  private edit(pick: number): Promise<void> {
    this.counter += 1;
    const known = ids(this.store.snapshot().doc);
    const some = known[pick % Math.max(known.length, 1)] ?? "nobody";
    const other = known[(pick * 7 + 3) % Math.max(known.length, 1)] ?? "nobody";
    const choices: Edit[] = [
      add(`node${this.counter}`),
      { op: "move", positions: { [some]: { x: this.counter, y: pick } } },
      { op: "set_param", node: some, name: "units", value: this.counter },
      { op: "connect", edge: { source: some, target: other, port: 0 } },
      { op: "remove", nodes: [some] },
      {
        op: "batch",
        edits: [
          add(`pair${this.counter}`),
          { op: "connect", edge: { source: some, target: `pair${this.counter}`, port: 0 } },
        ],
      },
    ];
    const edit = choices[pick % choices.length] as Edit;
    const before = this.store.snapshot().pending;
    this.store.edit(edit);
    if (this.store.snapshot().pending > before) this.made.push(edit);
    return microtasks();
  }

  async settle(): Promise<void> {
    for (let round = 0; round < 40; round += 1) {
      await this.take({ do: "run" });
      await this.take({ do: "deliver" });
      await this.take({ do: "wait", ms: 20_000 });
    }
  }
}

const steps = (kinds: Step["do"][]): fc.Arbitrary<Step[]> =>
  fc.array(
    fc.oneof(
      ...kinds.map((kind): fc.Arbitrary<Step> => {
        if (kind === "edit" || kind === "again") return fc.record({ do: fc.constant(kind), pick: fc.nat(1000) });
        if (kind === "wait") return fc.record({ do: fc.constant(kind), ms: fc.integer({ min: 1, max: 5000 }) });
        if (kind === "restart") return fc.record({ do: fc.constant(kind), lost: fc.integer({ min: 0, max: 4 }) });
        return fc.constant({ do: kind });
      }),
    ),
    { maxLength: 60, size: "max" },
  );

describe("whatever the order of edits, runs, answers and restarts", () => {
  it("every edit is done exactly once and in order, and the canvas ends with the server's document", async () => {
    await fc.assert(
      fc.asyncProperty(
        steps([
          "edit",
          "edit",
          "edit",
          "undo",
          "redo",
          "run",
          "deliver",
          "exchange",
          "exchange",
          "drop",
          "again",
          "serverEdit",
          "wait",
          "restart",
        ]),
        async (list) => {
          const world = new World();
          for (const step of list) await world.take(step);
          await world.settle();
          expect(world.server.now.log).toEqual(world.made);
          expect(world.store.snapshot().pending).toBe(0);
          expect(world.store.snapshot().doc).toEqual(world.server.now.doc);
        },
      ),
      { numRuns: 400 },
    );
  }, 60_000);

  it("an added node is never seen to go and come back", async () => {
    await fc.assert(
      fc.asyncProperty(
        steps(["run", "deliver", "exchange", "drop", "again", "serverEdit", "wait", "restart"]),
        fc.array(fc.nat(20)),
        async (list, places) => {
          const world = new World();
          const added: string[] = [];
          for (const [index, step] of list.entries()) {
            if (places.includes(index)) {
              added.push(`mine${index}`);
              world.store.edit(add(`mine${index}`));
              await microtasks();
            }
            await world.take(step);
            const seen = ids(world.store.snapshot().doc);
            expect(added.filter((id) => !seen.includes(id))).toEqual([]);
          }
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it("an edit that fails says so as an error for people", () => {
    expect(() => applyEdit(EMPTY, { op: "rename", node: "x", to: "y" })).toThrow(EditError);
  });
});
