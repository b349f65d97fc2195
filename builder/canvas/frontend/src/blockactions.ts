/** What mouse, keyboard and buttons do with blocks and with the switches of layers. */

import type { Camera } from "./actions";
import * as blocks from "./blocks";
import type { Ready } from "./blocks";
import type { Scene, Made } from "./gestures";
import { settled } from "./gestures";
import { edgeId, type Doc, type Position } from "./graph";
import type { Store } from "./store";
import type { View } from "./view";

const MOST_REPEATS = 1_000;

export class BlockActions {
  constructor(
    private readonly store: Store,
    private readonly view: View,
    private readonly camera: Camera,
    private readonly scene: () => Scene,
  ) {}

  private get doc(): Doc {
    return this.store.snapshot().doc;
  }

  private get selected(): readonly string[] {
    return this.store.snapshot().selection.nodes;
  }

  /** The block that is selected alone, or null. */
  get chosen(): string | null {
    const [only, ...more] = this.selected;
    return only !== undefined && more.length === 0 && blocks.isBlock(this.doc, only) ? only : null;
  }

  /** The edge that is selected alone, or null. */
  get chosenEdge(): string | null {
    const { nodes, edges } = this.store.snapshot().selection;
    const [only, ...more] = edges;
    return only !== undefined && more.length + nodes.length === 0 ? only : null;
  }

  /** Gather the selection in a block and ask for its name. */
  group(): void {
    const made = blocks.grouping(this.scene(), this.selected);
    if (!made) return this.store.toast("Select the layers that belong together, then press Ctrl G to group them.");
    if (this.make(made)) this.view.name(made.select[0] ?? null);
  }

  ungroup(): void {
    const chosen = blocks.outermost(this.doc, this.selected).filter((id) => blocks.isBlock(this.doc, id));
    if (chosen.length === 0) return this.store.toast("Select a block to ungroup it.");
    const repeated = chosen.map((id) => blocks.blockOf(this.doc, id)).filter((block) => (block?.repeat ?? 1) > 1);
    const select: string[] = [];
    for (const id of chosen) {
      const made = blocks.ungrouping(this.scene(), id);
      if (made && this.edit(made.edit)) select.push(...made.select);
    }
    this.store.select(select);
    const [first] = repeated;
    if (first)
      this.store.toast(`"${first.name}" stood ${first.repeat} times and now stands once. Ctrl Z brings it back.`);
  }

  /** Fold a block or open it. */
  toggle(id: string): void {
    const edit = blocks.folding(this.scene(), id, !this.doc.folded.includes(id));
    if (edit && this.edit(edit)) {
      this.store.select([id]);
      this.camera.reveal([id]);
    }
  }

  repeat(id: string, by: number): void {
    const block = blocks.blockOf(this.doc, id);
    if (!block) return;
    const repeat = Math.max(1, Math.min(MOST_REPEATS, block.repeat + by));
    if (repeat !== block.repeat) this.edit({ op: "set_block", block: id, repeat });
  }

  startNaming(id: string): void {
    this.store.select([id]);
    this.view.name(id);
  }

  /** Take the name that was typed; null leaves the one there is. */
  endNaming(id: string, name: string | null): void {
    this.view.name(null);
    const block = blocks.blockOf(this.doc, id);
    if (block && name !== null && blocks.properName(name) !== block.name)
      this.edit({ op: "set_block", block: id, name: blocks.properName(name) });
  }

  unroll(id: string): void {
    const made = blocks.unrolling(this.scene(), id);
    if (made) this.make(made);
  }

  toggleSwitch(name: "frozen" | "bypassed"): void {
    const edit = blocks.switching(this.doc, this.selected, name);
    if (edit) this.edit(edit);
  }

  /** Give the selected layers, where they share others', layers of their own. */
  unshare(): void {
    const sharing = blocks.nodesIn(this.doc, this.selected).filter((id) => this.node(id)?.shares);
    if (sharing.length > 0)
      this.edit({ op: "batch", edits: sharing.map((node) => ({ op: "share", node, with: null })) });
  }

  addReady(ready: Ready): void {
    if (this.chosenEdge) return this.addReadyOnEdge(ready, this.chosenEdge);
    this.make(blocks.readyAfter(this.scene(), ready, this.selected));
  }

  addReadyAt(ready: Ready, at: Position, from?: string): void {
    this.make(blocks.readyAt(this.scene(), ready, at, from));
  }

  addReadyOnEdge(ready: Ready, id: string): void {
    const edge = this.doc.edges.find((other) => edgeId(other) === id);
    if (edge) this.make(blocks.readyOnEdge(this.scene(), ready, edge));
  }

  /** Put a block on the person's own shelf. */
  keep(id: string): void {
    const block = blocks.blockOf(this.doc, id);
    if (!block) return;
    this.store.tell({ op: "keep_block", block: id });
    this.store.toast(`"${block.name}" is among your blocks in the palette now.`);
  }

  forget(id: string): void {
    this.store.tell({ op: "forget_block", id });
  }

  private node(id: string): Doc["nodes"][number] | undefined {
    return this.doc.nodes.find((node) => node.id === id);
  }

  private make(made: Made): boolean {
    if (!this.edit(made.edit)) return false;
    this.store.select(made.select);
    this.camera.reveal(made.select);
    return true;
  }

  private edit(edit: Made["edit"]): boolean {
    return this.store.edit(settled(this.scene(), edit));
  }
}
