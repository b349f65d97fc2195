/**
 * The one store of the canvas. What is shown is the server's document with the waiting edits of this browser on top, so
 * that no order of reruns, late answers and lost connections can lose an edit or show one twice.
 *
 * It is synchronous on purpose: two edits in one tick see each other.
 */

import { applyEdit, EditError, reachesBeyond, type Edit } from "./edits";
import { edgeId, EMPTY, type Doc } from "./graph";
import { merged, sameNetwork, type Ahead } from "./ahead";
import type { Settings } from "./question";
import { NO_STEPS, replay, type Steps } from "./replay";
import { share } from "./share";
import type { Change, NumberedEdit, Payload, Problem, Report, Sent, ShelfBlock, ShelfOrder } from "./wire";

export interface Selection {
  nodes: readonly string[];
  edges: readonly string[];
}

export interface Toast {
  id: number;
  message: string;
}

export interface Shown {
  draft: string | null;
  revision: number;
  doc: Doc;
  reports: Readonly<Record<string, Report>>;
  problems: readonly Problem[];
  settings: Settings;
  canUndo: boolean;
  canRedo: boolean;
  pending: number;
  selection: Selection;
  toasts: readonly Toast[];
  height: number | "stretch";
  shelf: readonly ShelfBlock[];
  /** A request from Python to bring nodes into view, until `requestDone`. */
  request: { nodes: readonly string[] } | null;
}

export interface Clock {
  now(): number;
  after(ms: number, job: () => void): () => void;
}

const SELECTION_DELAY = 30;
const RESEND_AFTER = 2_000;
const RESEND_AT_MOST = 16_000;
const KEEP_DONE = 500;
const NO_SHELF: readonly ShelfBlock[] = [];
const NOTHING: Selection = { nodes: [], edges: [] };

export class Store {
  private server: Payload | null = null;
  private pending: NumberedEdit[] = [];
  private lastN = 0;
  private ackedN = 0;
  /** The latest answered edits, in case the server comes back from an older state. */
  private done: NumberedEdit[] = [];
  /** What undo and redo lead to, as far as it is known here; so that an edit right after an undo fits what it finds. */
  private steps: Steps = NO_STEPS;
  /** Reports of the edited network that were had before the page's. */
  private ahead: Readonly<Record<string, Report>> | null = null;
  private generation = 1;
  private started = new Map<number, number>();
  private lastRequest = "";
  private lastToast = 0;

  private sentSelection = "[]";
  private sendEdits = false;
  private cancelSelection: (() => void) | null = null;
  private cancelResend: (() => void) | null = null;
  private patience = RESEND_AFTER;
  private transport: ((sent: Sent) => void) | null = null;

  private listeners = new Set<() => void>();
  private shown: Shown = {
    draft: null,
    revision: 0,
    doc: EMPTY,
    reports: {},
    problems: [],
    settings: { data: null, training: undefined },
    canUndo: false,
    canRedo: false,
    pending: 0,
    selection: NOTHING,
    toasts: [],
    height: "stretch",
    shelf: NO_SHELF,
    request: null,
  };

  constructor(
    private readonly name: string,
    private readonly clock: Clock,
    /** Told how long each edit took until the server's answer to it was here. */
    private readonly onAnswered: (started: number) => void = () => undefined,
    /** Asked for the shapes of an edited network, which the page tells later. */
    private readonly askAhead: Ahead | null = null,
  ) {}

  get client(): string {
    return `${this.name}.${this.generation}`;
  }

  snapshot = (): Shown => this.shown;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Give the store its way to Python; the newest one counts, because Streamlit makes new ones at each rerun. */
  connect(transport: (sent: Sent) => void): void {
    const again = this.transport === null && this.pending.length > 0;
    this.transport = transport;
    if (again) this.sendSoon();
  }

  /** The canvas has left the page: edits wait until it is back. */
  disconnect(): void {
    this.transport = null;
    this.cancelResend?.();
    this.cancelResend = null;
  }

  /** Take what the server says. */
  receive(payload: Payload): void {
    const before = this.server;
    if (before === null) this.adopt(payload);
    else if (payload.draft !== before.draft) {
      this.beginAnew();
      this.adopt(payload);
    } else if (payload.opening !== before.opening) this.recover(payload);
    else if (this.isLate(payload, before)) return;
    this.follow(payload);
    this.acknowledge(payload);
    this.server = share(before, payload);
    this.followSelect(payload);
    this.refresh();
    this.watchForSilence();
  }

  /** Do an edit: it shows at once. False, and a toast that says why, where it cannot be done. */
  edit(edit: Edit): boolean {
    try {
      const next = share(this.shown.doc, applyEdit(this.shown.doc, edit));
      if (next === this.shown.doc && !reachesBeyond(edit)) return true;
    } catch (error) {
      if (!(error instanceof EditError)) throw error;
      this.toast(error.message);
      return false;
    }
    this.push(edit);
    return true;
  }

  /** Say something about the person's own blocks. */
  tell(order: ShelfOrder): void {
    this.push(order);
  }

  undo(): void {
    if (this.shown.canUndo) this.push({ op: "undo" });
  }

  redo(): void {
    if (this.shown.canRedo) this.push({ op: "redo" });
  }

  select(nodes: readonly string[], edges: readonly string[] = []): void {
    const selection = share(this.shown.selection, { nodes: [...nodes], edges: [...edges] });
    if (selection === this.shown.selection) return;
    this.show({ selection });
    this.cancelSelection?.();
    this.cancelSelection = this.clock.after(SELECTION_DELAY, () => {
      this.cancelSelection = null;
      if (JSON.stringify(this.shown.selection.nodes) !== this.sentSelection) this.send();
    });
  }

  toast(message: string): void {
    this.lastToast += 1;
    const id = this.lastToast;
    this.show({
      toasts: [...this.shown.toasts.filter((toast) => toast.message !== message).slice(-2), { id, message }],
    });
    this.clock.after(3_000 + 50 * message.length, () => this.dismiss(id));
  }

  dismiss(id: number): void {
    this.show({ toasts: this.shown.toasts.filter((toast) => toast.id !== id) });
  }

  /** The nodes that Python asked for have been brought into view. */
  requestDone(): void {
    this.show({ request: null });
  }

  private push(edit: Change): void {
    this.lastN += 1;
    this.pending = [...this.pending, { n: this.lastN, edit }];
    this.started.set(this.lastN, this.clock.now());
    const before = this.shown.doc;
    this.refresh();
    this.sendSoon();
    if (!sameNetwork(before, this.shown.doc)) this.lookAhead(this.lastN);
  }

  /** Show the shapes of the network as it is after edit `n` as soon as they are known, until the page tells them. */
  private lookAhead(n: number): void {
    const { doc } = this.shown;
    void this.askAhead?.(doc, this.shown.settings).then((reports) => {
      if (reports === null || n !== this.lastN || !this.pending.some((item) => item.n === n)) return;
      this.ahead = reports;
      for (const item of this.pending) this.painted(item.n);
      this.refresh();
    });
  }

  private painted(n: number): void {
    const started = this.started.get(n);
    this.started.delete(n);
    if (started !== undefined) this.onAnswered(started);
  }

  /** Another draft, or the first: everything the browser held belongs to the one before. */
  private adopt(payload: Payload): void {
    this.pending = [];
    this.ahead = null;
    this.done = [];
    this.started.clear();
    this.shown = { ...this.shown, selection: NOTHING, draft: payload.draft };
    this.sentSelection = "[]";
  }

  /**
   * The server has opened the draft anew, perhaps from an older state than the browser has seen. It says how far it
   * remembers; the edits that it did after that and forgot are wanted again, in their old order. The selection is one
   * of the things that it forgot.
   */
  private recover(payload: Payload): void {
    if (this.shown.selection.nodes.length > 0) this.sendSoon();
    const remembered = this.ackedBy(payload);
    if (remembered === null || remembered >= this.ackedN) return;
    const lost = this.done.filter(({ n }) => n > remembered);
    this.done = this.done.filter(({ n }) => n <= remembered);
    if (lost[0]?.n === remembered + 1) this.ackedN = remembered;
    else this.beginAnew(); // longer ago than is kept
    this.pending = [...lost, ...this.pending];
    this.sendSoon();
  }

  /** Go on as a client that the server does not know, and that may therefore start with any number. */
  private beginAnew(): void {
    this.generation += 1;
    this.ackedN = 0;
  }

  private isLate(payload: Payload, before: Payload): boolean {
    return payload.revision < before.revision || (this.ackedBy(payload) ?? this.ackedN) < this.ackedN;
  }

  private ackedBy(payload: Payload): number | null {
    return payload.acked[this.client] ?? null;
  }

  private acknowledge(payload: Payload): void {
    const acked = this.ackedBy(payload);
    if (acked === null || acked <= this.ackedN) return;
    this.ackedN = acked;
    this.patience = RESEND_AFTER;
    for (const item of this.pending.filter(({ n }) => n <= acked)) {
      this.painted(item.n);
      const refusal = payload.refused.find(({ n }) => n === item.n);
      if (refusal) this.toast(refusal.message);
      this.done = [...this.done.slice(1 - KEEP_DONE), item];
    }
    this.pending = this.pending.filter(({ n }) => n > acked);
    if (this.pending.length === 0) this.ahead = null;
  }

  /** Learn the steps that this answer has made; where something else has made some too, nothing is known any more. */
  private follow(payload: Payload): void {
    const before = this.server;
    const known = before?.opening === payload.opening;
    if (known && before.revision === payload.revision) return;
    const acked = this.ackedBy(payload) ?? this.ackedN;
    const answered = this.pending.filter(({ n }) => n <= acked).map(({ edit }) => edit);
    const after = known && answered.length > 0 && replay(docOf(before), answered, this.steps);
    const agrees = after && after.beyond === 0 && !after.unseen && share(after.doc, docOf(payload)) === after.doc;
    this.steps = agrees ? { past: after.past.slice(-KEEP_DONE), future: after.future } : NO_STEPS;
  }

  private followSelect(payload: Payload): void {
    const request = `${payload.opening} ${payload.select?.token}`;
    if (payload.select === null || request === this.lastRequest) return;
    this.lastRequest = request;
    const nodes = payload.select.nodes.filter((id) =>
      [...payload.nodes, ...payload.blocks].some((item) => item.id === id),
    );
    this.shown = { ...this.shown, request: { nodes } };
    this.select(nodes);
  }

  /** Work out what is shown; parts that have not changed keep their identity. */
  private refresh(): void {
    const server = this.server;
    if (server === null) return;
    const { doc, past, future, beyond, edited } = replay(
      docOf(server),
      this.pending.map(({ edit }) => edit),
      this.steps,
    );
    const shownDoc = share(this.shown.doc, doc);
    const ids = new Set([...shownDoc.nodes, ...shownDoc.blocks].map(({ id }) => id));
    const edges = new Set(shownDoc.edges.map(edgeId));
    const { nodes: selected, edges: selectedEdges } = this.shown.selection;
    const selection = share(this.shown.selection, {
      nodes: selected.filter((id) => ids.has(id)),
      edges: selectedEdges.filter((id) => edges.has(id)),
    });
    this.show({
      draft: server.draft,
      revision: server.revision,
      doc: shownDoc,
      reports: this.ahead === null ? server.reports : share(this.shown.reports, merged(server.reports, this.ahead)),
      problems: server.problems,
      settings: share(this.shown.settings, { data: server.data ?? null, training: server.training }),
      canUndo: past.length > 0 || server.can_undo,
      canRedo: future.length + beyond > 0 || (server.can_redo && !edited),
      pending: this.pending.length,
      height: server.height,
      shelf: server.shelf ?? NO_SHELF,
      selection,
    });
  }

  private show(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    for (const listener of [...this.listeners]) listener();
  }

  /** Send once for all edits of this turn, with the selection that they lead to. */
  private sendSoon(): void {
    if (this.sendEdits) return;
    this.sendEdits = true;
    queueMicrotask(() => {
      if (this.sendEdits) this.send();
    });
  }

  private send(): void {
    this.sendEdits = false;
    this.cancelSelection?.();
    this.cancelSelection = null;
    const draft = this.shown.draft;
    if (this.transport === null || draft === null) return;
    this.sentSelection = JSON.stringify(this.shown.selection.nodes);
    this.transport({ client: this.client, draft, edits: this.pending, selected: [...this.shown.selection.nodes] });
    this.watchForSilence();
  }

  /** An edit without an answer is sent again, more and more patiently: a rerun interrupts the one before it. */
  private watchForSilence(): void {
    this.cancelResend?.();
    this.cancelResend = null;
    if (this.pending.length === 0 || this.transport === null) return;
    this.cancelResend = this.clock.after(this.patience, () => {
      this.cancelResend = null;
      this.patience = Math.min(2 * this.patience, RESEND_AT_MOST);
      this.send();
    });
  }
}

function docOf(payload: Payload): Doc {
  const { nodes, edges, blocks, layout, folded } = payload;
  return { nodes, edges, blocks, layout, folded };
}
