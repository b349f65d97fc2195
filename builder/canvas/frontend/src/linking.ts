/** What is known of every connection that could be drawn from where one pulls: at once by the graph, soon by Keras. */

import type { Scene } from "./gestures";
import { connect } from "./gestures";
import { closesCycle, edgeId, sameEdge, type Doc, type Edge, type Position } from "./graph";
import { asDocument, ask, type Settings } from "./question";
import type { Fix } from "./wire";

export interface Bridge {
  label: string;
  /** Kind and parameters of each layer to put in between. */
  layers: [string, Record<string, unknown>][];
}

export interface Verdict {
  /** Null while it is not known, or cannot be. */
  fits: boolean | null;
  /** Why it does not fit; or what it leads to, where it does. */
  reason: string | null;
  bridge: Bridge | null;
  /** What mends that which a fitting connection leads to, once it is drawn. */
  fixes: Fix[];
}

/** A connection that does not fit or leads to something, and where on the screen one is to say what shall be done about it. */
export interface Choice {
  source: string;
  target: string;
  port: number | null;
  verdict: Verdict;
  at: Position | null;
}

/** Asks the server for a verdict on each link, or `closely` on one with what it leads to; null where it does not answer. */
export type Ask = (doc: Doc, links: readonly Edge[], closely?: boolean) => Promise<Verdict[] | null>;

export interface Drawing {
  node: string;
  /** Whether one pulls from the output, towards inputs. */
  forward: boolean;
  /** Counts what has become known, so that a change is seen. */
  news: number;
}

const UNKNOWN: Verdict = { fits: null, reason: null, bridge: null, fixes: [] };
const no = (reason: string): Verdict => ({ ...UNKNOWN, fits: false, reason });

interface Option {
  node: string;
  port: number | null;
  edge: Edge | null;
  verdict: Verdict;
  /** Whether what it leads to is known or asked for. */
  looked?: boolean;
}

export class Linking {
  /** Where the pointer was last, while one pulls. */
  pointer: Position | null = null;
  private drawing: Drawing | null = null;
  private options: Option[] = [];
  private readonly listeners = new Set<() => void>();

  constructor(
    private readonly scene: () => Scene,
    private readonly mark: (classes: Record<string, string>) => void,
    private readonly ask: Ask,
  ) {}

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  snapshot = (): Drawing | null => this.drawing;

  /** One begins to pull from a node. */
  start(node: string, forward: boolean): void {
    const scene = this.scene();
    this.pointer = null;
    this.options = scene.doc.nodes
      .filter(({ id }) => id !== node)
      .flatMap(({ id }) => options(scene, node, id, forward));
    const mine: Drawing = { node, forward, news: 0 };
    this.tell(mine);
    const open = this.options.filter(({ edge }) => edge !== null);
    if (open.length === 0) return;
    const links = open.map(({ edge }) => edge as Edge);
    void this.ask(scene.doc, links).then((verdicts) => {
      if (verdicts === null || this.drawing?.node !== node || this.drawing.news !== mine.news) return;
      const known = new Map(links.map((edge, index) => [edgeId(edge), verdicts[index] ?? UNKNOWN]));
      this.options = this.options.map((option) =>
        option.edge ? { ...option, verdict: known.get(edgeId(option.edge)) ?? UNKNOWN } : option,
      );
      this.tell({ ...mine, news: mine.news + 1 });
    });
  }

  /** What is known of one connection, asked for it alone: at once where the graph or nobody has an answer. */
  async about(source: string, target: string, port: number | null): Promise<Verdict> {
    const scene = this.scene();
    const found = options(scene, source, target, true);
    if (found.every(({ edge }) => edge === null)) return found[0]?.verdict ?? UNKNOWN;
    const edge = edgeOf(scene, source, target, port);
    return (edge && (await this.ask(scene.doc, [edge], true))?.[0]) ?? UNKNOWN;
  }

  /** One points at a node: what a connection that fits there leads to is asked for, once. */
  look(node: string, port: number | null): void {
    const option = this.option(node, port);
    if (!option?.edge || option.looked || option.verdict.fits !== true) return;
    option.looked = true;
    void this.ask(this.scene().doc, [option.edge], true).then((verdicts) => {
      const verdict = verdicts?.[0];
      if (!verdict || this.drawing === null || !this.options.includes(option)) return;
      option.verdict = verdict;
      this.tell({ ...this.drawing, news: this.drawing.news + 1 });
    });
  }

  end(): void {
    if (this.drawing === null) return;
    this.options = [];
    this.tell(null);
  }

  /** What is known of connecting to or from `node`; `port` null takes any of its inputs. */
  verdict(node: string, port: number | null): Verdict {
    return this.option(node, port)?.verdict ?? UNKNOWN;
  }

  private option(node: string, port: number | null): Option | undefined {
    const found = this.options.filter((option) => option.node === node);
    return found.find((option) => option.port === port) ?? found[0];
  }

  /** The class of every node while one pulls: `fits`, `leads` to something, `unfit` or `closed`. */
  classes(): Record<string, string> {
    if (this.drawing === null) return {};
    const found: Record<string, string> = { [this.drawing.node]: "from" };
    for (const { node, edge, verdict } of this.options) {
      const fitting = verdict.reason === null ? "fits" : "leads";
      const mine = edge === null ? "closed" : verdict.fits === false ? "unfit" : fitting;
      if (found[node] === undefined || mine === fitting) found[node] = mine;
    }
    return found;
  }

  private tell(drawing: Drawing | null): void {
    this.drawing = drawing;
    this.mark(this.classes());
    for (const listener of [...this.listeners]) listener();
  }
}

/** The connections between the two that can be drawn, one for each named input, or the one reason why there is none. */
function options(scene: Scene, from: string, node: string, forward: boolean): Option[] {
  const [source, target] = forward ? [from, node] : [node, from];
  const kind = scene.doc.nodes.find(({ id }) => id === target)?.kind ?? "";
  const { ports } = scene.catalog.get(kind);
  if (ports.most === 0) return [{ node, port: null, edge: null, verdict: no(`${kind} takes no input.`) }];
  if (closesCycle(scene.doc, source, target))
    return [{ node, port: null, edge: null, verdict: no("The network would run in a circle.") }];
  const named = forward && ports.names.length > 1 ? ports.names.map((_, port) => port) : [null];
  return named.map((port) => {
    const edge = edgeOf(scene, source, target, port);
    const there = edge !== null && scene.doc.edges.some((other) => sameEdge(other, edge));
    return there || edge === null
      ? { node, port, edge: null, verdict: no(`"${source}" already feeds "${target}".`) }
      : { node, port, edge, verdict: UNKNOWN };
  });
}

function edgeOf(scene: Scene, source: string, target: string, port: number | null): Edge | null {
  const edit = connect(scene, source, target, port);
  const last = edit?.op === "batch" ? edit.edits[edit.edits.length - 1] : edit;
  return last?.op === "connect" ? last.edge : null;
}

/** The server's verdicts, the latest few kept: one often pulls twice from the same place. */
export function askServer(settings: () => Settings): Ask {
  const kept = new Map<string, Promise<Verdict[] | null>>();
  return (doc, links, closely = false) => {
    const question = { document: asDocument(doc, settings(), closely), links, closely };
    const key = JSON.stringify(question);
    let answer = kept.get(key);
    if (!answer) {
      answer = ask<{ verdicts: Verdict[] }>("api/analyse/connections", question).then(
        (told) => told?.verdicts ?? null,
      );
      kept.set(key, answer);
      void answer.then((verdicts) => verdicts ?? kept.delete(key));
      for (const oldest of kept.keys()) {
        if (kept.size <= 8) break;
        kept.delete(oldest);
      }
    }
    return answer;
  };
}
