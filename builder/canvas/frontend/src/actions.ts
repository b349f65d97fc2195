/** What the mouse, the keyboard and the buttons can do, in terms of the store and the view. */

import { BlockActions } from "./blockactions";
import { commonParent, copying, excerpt } from "./blocks";
import { fromText, toText } from "./clipboard";
import type { Catalog } from "./catalog";
import type { Doc, Edge, Position } from "./graph";
import { edgeId } from "./graph";
import * as gestures from "./gestures";
import { around, carried, drawing, FRAME, seenIn, type Rect } from "./drawing";
import { NODE_HEIGHT, NODE_WIDTH, tidy } from "./layout";
import { used } from "./memory";
import type { Store } from "./store";
import type { View } from "./view";

const STEP = 10;
const LONG_STEP = 50;
const PASTE_OFFSET = 40;

/** How the actions move the picture; React Flow does it. */
export interface Camera {
  fit(): void;
  reveal(ids: readonly string[]): void;
  zoom(factor: number): void;
}

export class Actions {
  readonly blocks: BlockActions;
  private pasted = 0;
  private linking: { source: string; targets: string[]; index: number } | null = null;
  private linkListener: (text: string | null) => void = () => undefined;

  constructor(
    private readonly store: Store,
    private readonly view: View,
    private readonly catalog: Catalog,
    private readonly camera: Camera,
  ) {
    this.blocks = new BlockActions(store, view, camera, () => this.scene);
  }

  private get scene(): gestures.Scene {
    return { doc: this.store.snapshot().doc, boxes: this.view.boxes(), catalog: this.catalog };
  }

  private get selected(): readonly string[] {
    return this.store.snapshot().selection.nodes;
  }

  add(kind: string): void {
    this.make(kind, gestures.addAfter(this.scene, kind, this.selected));
  }

  addAt(kind: string, at: Position, from?: string): void {
    this.make(kind, gestures.addAt(this.scene, kind, at, from));
  }

  addOnEdge(kind: string, id: string): void {
    const edge = this.edge(id);
    if (edge) this.make(kind, gestures.addOnEdge(this.scene, kind, edge));
  }

  private make(kind: string, made: gestures.Made): void {
    used(kind);
    if (!this.store.edit(made.edit)) return;
    this.store.select(made.select);
    this.camera.reveal(made.select);
  }

  connect(source: string, target: string, port: number | null): void {
    const edit = gestures.connect(this.scene, source, target, port);
    if (edit) this.store.edit(edit);
    else this.store.toast(`"${target}" takes no input.`);
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

  /** Keep nodes where a gesture has put them: one step of undo. */
  moved(at: Record<string, Position>): void {
    const scene = this.scene;
    const { doc } = scene;
    const single = Object.entries(at).filter(([id]) => drawing(doc).flat.nodes.some((node) => node.id === id));
    const snapped = single.map(([id, { x, y }]) => [id, { x: gestures.snap(x), y: gestures.snap(y) }]);
    // What moves with its frame keeps its place in it.
    const framed = Object.entries(this.view.spread(at)).map(([id, { x, y }]) => [
      id,
      { x: Math.round(x), y: Math.round(y) },
    ]);
    const positions = { ...Object.fromEntries(framed), ...Object.fromEntries(snapped) };
    this.store.edit(gestures.settled(scene, { op: "move", positions: carried(doc, positions, this.view.resting()) }));
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

  tidy(): void {
    const { doc } = this.store.snapshot();
    if (doc.nodes.length === 0) return;
    const boxes = this.view.boxes();
    this.store.edit({ op: "move", positions: carried(doc, tidy(drawing(doc).flat, boxes), this.view.resting()) });
    this.camera.fit();
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
    const part = fromText(text);
    if (typeof part === "string") this.store.toast(part);
    else this.insert(part);
  }

  duplicate(shared = false): void {
    const { doc } = this.store.snapshot();
    if (this.selected.length === 0) return;
    this.pasted = 0;
    this.insert(excerpt(this.scene, this.selected, shared), shared, commonParent(doc, this.selected));
  }

  private insert(part: Doc, shared = false, block: string | null = null): void {
    this.pasted += 1;
    const step = PASTE_OFFSET * this.pasted;
    // A block goes beside what it was copied from: one frame upon another cannot be read.
    const wide = part.blocks.length > 0 ? around(places(part)) : null;
    const offset = wide ? { x: (wide.width + 2 * FRAME.side + PASTE_OFFSET) * this.pasted, y: 0 } : { x: step, y: step };
    const made = copying(this.scene, part, offset, shared, block);
    if (!made || !this.store.edit(gestures.settled(this.scene, made.edit))) return;
    this.store.select(made.select);
    this.camera.reveal(made.select);
  }

  mend(edits: Parameters<Store["edit"]>[0][]): void {
    this.store.edit({ op: "batch", edits });
  }

  /** Tell when the keyboard connects, in words; null when it no longer does. */
  onLinking(listener: (text: string | null) => void): void {
    this.linkListener = listener;
  }

  get isLinking(): boolean {
    return this.linking !== null;
  }

  /** Connect two selected nodes, the upper to the lower; or begin to look for a target of the only one. */
  startLink(): void {
    const scene = this.scene;
    const [one, other, ...more] = this.selected;
    if (one === undefined) return this.store.toast("Select a layer first, then press C to connect it.");
    if (more.length > 0) return this.store.toast("Select one or two layers to connect.");
    if (other !== undefined) {
      const height = (id: string): number => scene.boxes.get(id)?.y ?? 0;
      const [upper, lower] = height(one) <= height(other) ? [one, other] : [other, one];
      return this.connect(upper, lower, null);
    }
    const targets = gestures.targetsOf(scene, one);
    if (targets.length === 0) return this.store.toast(`There is no layer that "${one}" could feed.`);
    this.linking = { source: one, targets, index: 0 };
    this.showLink();
  }

  stepLink(by: number): void {
    if (!this.linking) return;
    const { targets, index } = this.linking;
    this.linking.index = (index + by + targets.length) % targets.length;
    this.showLink();
  }

  endLink(accept: boolean): void {
    const link = this.linking;
    this.linking = null;
    this.showLink();
    const target = link?.targets[link.index];
    if (accept && link && target) this.connect(link.source, target, null);
  }

  private showLink(): void {
    const target = this.linking?.targets[this.linking.index];
    if (!this.linking || !target) {
      this.view.mark({});
      return this.linkListener(null);
    }
    this.view.mark({ [this.linking.source]: "from", [target]: "aim" });
    this.camera.reveal([target]);
    this.linkListener(`Connect ${this.linking.source} to ${target}`);
  }

  private edge(id: string): Edge | null {
    return this.store.snapshot().doc.edges.find((edge) => edgeId(edge) === id) ?? null;
  }
}

/** Where the layers and folded blocks of a part stand, as far as that is known. */
function places(part: Doc): Rect[] {
  const { flat } = drawing(part);
  return flat.nodes.flatMap(({ id }) => {
    const at = flat.layout[id];
    return at ? [{ ...at, width: NODE_WIDTH, height: NODE_HEIGHT }] : [];
  });
}
