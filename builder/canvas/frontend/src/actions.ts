/** What the mouse, the keyboard and the buttons can do, in terms of the store and the view. */

import { BlockActions } from "./blockactions";
import { commonParent, copying, excerpt, exitOf } from "./blocks";
import { arranged, type Arrangement } from "./arrange";
import { fromText, leftOut, toText } from "./clipboard";
import type { Catalog } from "./catalog";
import type { Doc, Edge, Position } from "./graph";
import { closesCycle, edgeId } from "./graph";
import * as gestures from "./gestures";
import { along, turnBoxes, type Direction } from "./direction";
import { around, carried, drawing, FRAME, seenIn, type Rect } from "./drawing";
import { NODE_HEIGHT, NODE_WIDTH, tidy } from "./layout";
import { askServer as askWhatFits, Continuations } from "./continuations";
import { askServer, Linking, type Choice } from "./linking";
import { recall, remember, used } from "./memory";
import type { Store } from "./store";
import { MAX_NODES } from "./structure";
import type { View } from "./view";
import type { Fix } from "./wire";

const STEP = 10;
const LONG_STEP = 50;
const PASTE_OFFSET = 40;

/** How the actions move the picture; React Flow does it. */
export interface Camera {
  fit(): void;
  /** Show it as when it comes on screen: never too small to be read. */
  open(): void;
  reveal(ids: readonly string[]): void;
  zoom(factor: number): void;
  /** Look further in a direction. */
  pan(direction: "left" | "right" | "up" | "down", far: boolean): void;
}

export class Actions {
  readonly blocks: BlockActions;
  private pasted = 0;
  /** Whether what one moves comes to stand on the grid. */
  private snapping = recall("snap", true);
  private aimed: { source: string; targets: string[]; index: number } | null = null;
  private linkListener: (text: string | null) => void = () => undefined;
  private choiceListener: (choice: Choice) => void = () => undefined;
  /** What is known of the connections that one could draw, while one draws. */
  readonly linking: Linking;
  /** What is known of the layers that one could put behind a node. */
  readonly continuations: Continuations;

  constructor(
    private readonly store: Store,
    private readonly view: View,
    private readonly catalog: Catalog,
    private readonly camera: Camera,
  ) {
    this.blocks = new BlockActions(store, view, camera, () => this.scene);
    const ask = askServer(() => store.snapshot().settings);
    this.linking = new Linking(
      () => this.scene,
      (classes) => (this.isLinking ? this.showLink() : view.mark(classes)),
      ask,
    );
    this.continuations = new Continuations(
      () => store.snapshot().doc,
      askWhatFits(() => store.snapshot().settings),
    );
  }

  private get scene(): gestures.Scene {
    return {
      doc: this.store.snapshot().doc,
      boxes: this.view.boxes(),
      catalog: this.catalog,
      direction: this.view.direction,
    };
  }

  private get selected(): readonly string[] {
    return this.store.snapshot().selection.nodes;
  }

  /** Add a layer into the edge that is selected alone, else behind the selection. */
  add(kind: string): void {
    const edge = this.blocks.chosenEdge;
    if (edge) return this.addOnEdge(kind, edge);
    this.make(kind, along(this.scene, (scene) => gestures.addAfter(scene, kind, this.selected)));
  }

  /** The node whose output a layer gets that is added next: pulled out of `from`, else as `add` puts it. */
  behind(from: string | null): string | null {
    const { doc } = this.store.snapshot();
    if (from !== null) return exitOf(doc, from);
    const edge = this.blocks.chosenEdge;
    return edge ? (this.edge(edge)?.source ?? null) : gestures.continued(doc, this.selected);
  }

  addAt(kind: string, at: Position, from?: string): void {
    this.make(kind, gestures.addAt(this.scene, kind, at, from));
  }

  addBefore(kind: string, at: Position, target: string, port: number | null): void {
    this.make(kind, gestures.addBefore(this.scene, kind, at, target, port));
  }

  addOnEdge(kind: string, id: string): void {
    const edge = this.edge(id);
    if (edge)
      this.make(
        kind,
        along(this.scene, (scene) => gestures.addOnEdge(scene, kind, edge)),
      );
  }

  private make(kind: string, made: gestures.Made | null): void {
    used(kind);
    if (!made || !this.store.edit(made.edit)) return;
    this.store.select(made.select);
    this.camera.reveal(made.select);
  }

  connect(source: string, target: string, port: number | null): void {
    const edit = gestures.connect(this.scene, source, target, port);
    if (edit) this.store.edit(edit);
    else this.store.toast(`"${target}" takes no input.`);
  }

  /** Connect where that fits, else offer what can be done about it, at a point of the screen. */
  propose(source: string, target: string, port: number | null, at: Position | null): void {
    const drawing = this.linking.snapshot();
    this.decide({ source, target, port, verdict: this.linking.verdict(drawing?.node === source ? target : source, port), at });
  }

  private decide(choice: Choice): void {
    const { source, target, port, verdict } = choice;
    const { doc } = this.store.snapshot();
    // The graph's own reasons are said by the edit, which is refused.
    const open = verdict.fits === false || verdict.fixes.length > 0;
    if (open && !closesCycle(doc, source, target) && gestures.connect(this.scene, source, target, port))
      this.choiceListener(choice);
    else this.connect(source, target, port);
  }

  /** Connect through new layers that make it fit. */
  bridge({ source, target, port, verdict }: Choice): void {
    const layers = verdict.bridge?.layers ?? [];
    const made = along(this.scene, (scene) => gestures.connectThrough(scene, source, target, port, layers));
    if (!made || !this.store.edit(made.edit)) return;
    this.store.select(made.select);
    this.camera.reveal(made.select);
  }

  /** Connect, and mend what that leads to, as one step of undo. */
  connectAndMend({ source, target, port }: Choice, fix: Fix): void {
    const edit = gestures.connect(this.scene, source, target, port);
    if (edit) this.store.edit({ op: "batch", edits: [edit, ...fix.edits] });
  }

  onChoice(listener: (choice: Choice) => void): void {
    this.choiceListener = listener;
  }

  reconnect(id: string, source: string, target: string, port: number | null): void {
    const edge = this.edge(id);
    const edit = edge && gestures.reconnect(this.scene, edge, source, target, port);
    if (edit) this.store.edit(edit);
  }

  remove(join = true): void {
    const { doc, selection } = this.store.snapshot();
    const edges = selection.edges.flatMap((id) => this.edge(id) ?? []);
    const edit = gestures.removal(doc, selection.nodes, edges, join);
    if (edit) this.store.edit(edit);
  }

  /** Keep nodes where a gesture has put them, and in the block that they are in there: one step of undo. */
  moved(at: Record<string, Position>): void {
    const scene = this.scene;
    const { doc } = scene;
    const place = this.snapping ? gestures.snap : Math.round;
    const single = Object.entries(at).filter(([id]) => drawing(doc).flat.nodes.some((node) => node.id === id));
    const snapped = single.map(([id, { x, y }]) => [id, { x: place(x), y: place(y) }]);
    // What moves with its frame keeps its place in it.
    const framed = Object.entries(this.view.spread(at)).map(([id, { x, y }]) => [
      id,
      { x: Math.round(x), y: Math.round(y) },
    ]);
    const positions = { ...Object.fromEntries(framed), ...Object.fromEntries(snapped) };
    const move = gestures.settled(scene, { op: "move", positions: carried(doc, positions, this.view.resting()) });
    const nests = this.view.nests;
    this.store.edit(nests.length > 0 ? { op: "batch", edits: [move, ...nests] } : move);
    this.view.release();
  }

  /** Move the selected nodes by one step of the arrow keys, until `moved` keeps them. */
  nudge(direction: "left" | "right" | "up" | "down", far: boolean): Record<string, Position> {
    const step = far ? LONG_STEP : STEP;
    const [dx, dy] = { left: [-step, 0], right: [step, 0], up: [0, -step], down: [0, step] }[direction] as [
      number,
      number,
    ];
    const boxes = this.view.boxes();
    const at: Record<string, Position> = {};
    const { doc } = this.store.snapshot();
    for (const id of new Set(this.selected.flatMap((selected) => seenIn(doc, selected)))) {
      const box = boxes.get(id);
      if (box) at[id] = { x: box.x + dx, y: box.y + dy };
    }
    this.view.hold(at);
    return at;
  }

  tidy(direction = this.view.direction): void {
    const { doc } = this.store.snapshot();
    if (doc.nodes.length === 0) return;
    const boxes = this.view.boxes();
    this.store.edit({
      op: "move",
      positions: carried(doc, tidy(drawing(doc).flat, boxes, direction), this.view.resting()),
    });
    this.camera.fit();
  }

  /** Lay the network out anew in a direction, which is from now on the usual one of this browser. */
  flow(direction: Direction): void {
    this.view.prefer(direction);
    this.tidy(direction);
    this.camera.open();
  }

  turn(): void {
    this.flow(this.view.direction === "right" ? "down" : "right");
  }

  /** Align or distribute the selected nodes: one step of undo. */
  arrange(how: Arrangement): void {
    const positions = arranged(how, this.view.boxes(), this.selected);
    if (Object.keys(positions).length === 0) {
      return this.store.toast(`Select ${how.startsWith("align") ? "two" : "three"} layers or more first.`);
    }
    this.store.edit(gestures.settled(this.scene, { op: "move", positions }));
  }

  /** Turn the grid on or off; returns whether it is on now. */
  toggleSnap(): boolean {
    this.snapping = !this.snapping;
    remember("snap", this.snapping);
    return this.snapping;
  }

  get snaps(): boolean {
    return this.snapping;
  }

  selectAll(): void {
    const { doc } = this.store.snapshot();
    this.store.select(
      drawing(doc).flat.nodes.map((node) => node.id),
      doc.edges.map(edgeId),
    );
  }

  /** The selected layers as text, or null where nothing is selected. */
  copy(): string | null {
    if (this.selected.length === 0) return null;
    this.pasted = 0;
    return toText(excerpt(this.scene, this.selected));
  }

  paste(text: string): void {
    const read = fromText(text);
    if (typeof read === "string") return this.store.toast(read);
    const told = this.insert(read.part) ? leftOut(read.left) : null;
    if (told) this.store.toast(told);
  }

  duplicate(shared = false): void {
    const { doc } = this.store.snapshot();
    if (this.selected.length === 0) return;
    this.pasted = 0;
    this.insert(excerpt(this.scene, this.selected, shared), shared, commonParent(doc, this.selected));
  }

  /** Whether it is there now. */
  private insert(part: Doc, shared = false, block: string | null = null): boolean {
    const full = tooMany(this.store.snapshot().doc, part);
    if (full) {
      this.store.toast(full);
      return false;
    }
    this.pasted += 1;
    const step = PASTE_OFFSET * this.pasted;
    // A block goes beside what it was copied from: one frame upon another cannot be read.
    const wide = part.blocks.length > 0 ? around(places(part)) : null;
    const offset = wide
      ? { x: (wide.width + 2 * FRAME.side + PASTE_OFFSET) * this.pasted, y: 0 }
      : { x: step, y: step };
    const made = copying(this.scene, part, offset, shared, block);
    if (!made || !this.store.edit(gestures.settled(this.scene, made.edit))) return false;
    this.store.select(made.select);
    this.camera.reveal(made.select);
    return true;
  }

  mend(edits: Parameters<Store["edit"]>[0][]): void {
    this.store.edit({ op: "batch", edits });
  }

  /** Tell when the keyboard connects, in words; null when it no longer does. */
  onLinking(listener: (text: string | null) => void): void {
    this.linkListener = listener;
  }

  get isLinking(): boolean {
    return this.aimed !== null;
  }

  /** Connect two selected nodes, the upper to the lower; or begin to look for a target of the only one. */
  startLink(): void {
    const scene = this.scene;
    const [one, other, ...more] = this.selected;
    if (one === undefined) return this.store.toast("Select a layer first, then press C to connect it.");
    if (more.length > 0) return this.store.toast("Select one or two layers to connect.");
    if (other !== undefined) {
      const axis = scene.direction === "right" ? "x" : "y";
      const height = (id: string): number => scene.boxes.get(id)?.[axis] ?? 0;
      const [upper, lower] = height(one) <= height(other) ? [one, other] : [other, one];
      return void this.linking
        .about(upper, lower, null)
        .then((verdict) => this.decide({ source: upper, target: lower, port: null, verdict, at: null }));
    }
    const boxes = scene.direction === "right" ? turnBoxes(scene.boxes) : scene.boxes;
    const targets = gestures.targetsOf({ ...scene, boxes }, one);
    if (targets.length === 0) return this.store.toast(`There is no layer that "${one}" could feed.`);
    this.aimed = { source: one, targets, index: 0 };
    this.linking.start(one, true);
    this.reach();
  }

  /** Where the keyboard aims. */
  get aim(): { node: string; port: null } | null {
    const target = this.aimed?.targets[this.aimed.index];
    return target === undefined ? null : { node: target, port: null };
  }

  stepLink(by: number): void {
    if (!this.aimed) return;
    const { targets, index } = this.aimed;
    this.aimed = { ...this.aimed, index: (index + by + targets.length) % targets.length };
    this.showLink();
    this.reach();
  }

  endLink(accept: boolean): void {
    const link = this.aimed;
    const target = this.aim?.node;
    this.aimed = null;
    if (accept && link && target) this.propose(link.source, target, null, null);
    this.linking.end();
    this.view.mark({});
    this.linkListener(null);
  }

  private reach(): void {
    if (this.aim) this.camera.reveal([this.aim.node]);
  }

  private showLink(): void {
    const target = this.aim?.node;
    if (!this.aimed || !target) return;
    const marks = this.linking.classes();
    this.view.mark({ ...marks, [this.aimed.source]: "from", [target]: `${marks[target] ?? ""} aim` });
    this.linking.look(target, null);
    const { fits, reason } = this.linking.verdict(target, null);
    const doubt = reason === null ? "" : fits === false ? ` It does not fit: ${reason}` : ` Then: ${reason}`;
    this.linkListener(`Connect ${this.aimed.source} to ${target}?${doubt}`);
  }

  private edge(id: string): Edge | null {
    return this.store.snapshot().doc.edges.find((edge) => edgeId(edge) === id) ?? null;
  }
}

/** Why a part does not fit beside what is there; said before anything is worked out for it. Null where it fits. */
function tooMany(doc: Doc, part: Doc): string | null {
  const [here, more] = [doc.nodes.length, part.nodes.length];
  if (here + more <= MAX_NODES) return null;
  const [all, there, most] = [here + more, here, MAX_NODES].map((number) => number.toLocaleString("en-US"));
  const added = `${more.toLocaleString("en-US")} more ${more === 1 ? "layer" : "layers"}`;
  return `There are ${there} layers, and ${added} would make ${all}; a network has at most ${most}. Nothing was added.`;
}

/** Where the layers and folded blocks of a part stand, as far as that is known. */
function places(part: Doc): Rect[] {
  const { flat } = drawing(part);
  return flat.nodes.flatMap(({ id }) => {
    const at = flat.layout[id];
    return at ? [{ ...at, width: NODE_WIDTH, height: NODE_HEIGHT }] : [];
  });
}
