/**
 * The nodes and edges that React Flow draws. Measured sizes, and positions and marks for the time of a gesture, are
 * this module's own; everything else follows the store. Objects keep their identity while nothing about them changes.
 */

import type { EdgeChange, Edge as FlowEdge, Node as FlowNode, NodeChange } from "@xyflow/react";
import { Position as Side } from "@xyflow/react";
import {
  depths,
  drawFolded,
  drawFrame,
  isLayer,
  isOpenBlock,
  leaving,
  leavingEdges,
  sums,
  type BlockNode,
  type DrawnNode,
  type Sum,
} from "./blockview";
import type { Catalog, Layer } from "./catalog";
import { directionOf, type Direction } from "./direction";
import { drawing, frames, seenIn, TITLE_HEIGHT, type Drawing, type Rect } from "./drawing";
import { applyEdit } from "./edits";
import { edgeId, type Doc, type Edge, type Node, type Position } from "./graph";
import { NODE_HEIGHT, NODE_WIDTH, plainHeight, positions, type Box } from "./layout";
import { latest, Memo } from "./memo";
import { recall, remember } from "./memory";
import { nesting } from "./nesting";
import { lanes } from "./route";
import { share } from "./share";
import { inAll, paramsText } from "./shapes";
import { compactShape, tensorSentence } from "./tensor";
import type { Shown, Store } from "./store";
import type { Problem, Report } from "./wire";
import { ariaName, badEdges, problemsByNode, remarks, type Remark } from "./words";

interface Size {
  width: number;
  height: number;
}

const ORIGIN: Position = { x: 0, y: 0 };
const NO_PROBLEMS: readonly Problem[] = [];

export interface LayerData extends Record<string, unknown> {
  node: Node;
  layer: Layer;
  report: Report | null;
  remarks: Remark[];
  /** The node whose layer this one applies once more. */
  owner: Node | null;
  /** Its parameters as a share of all, in percent. */
  share: number;
}

export interface TensorData extends Record<string, unknown> {
  edge: Edge;
  label: string | null;
  shape: Report["shape"];
  axes: readonly string[];
  dtype: string | null;
  family: string;
  bad: boolean;
  lane: number | null;
  /** Whether all of it is shown: one points at it, or it alone is selected. */
  looked: boolean;
  /** The title bars of open blocks, which its label must not cover. */
  headers: readonly Rect[];
}

export type LayerNode = FlowNode<LayerData, "layer">;
export type TensorEdge = FlowEdge<TensorData, "tensor">;

export interface Drawn {
  nodes: DrawnNode[];
  edges: TensorEdge[];
}

export class View {
  private drawn: Drawn = { nodes: [], edges: [] };
  private held: Record<string, Position> = {};
  private marks: Record<string, string> = {};
  private looked: string | null = null;
  private sizes = new Map<string, Size>();
  /** Counts the changes of `sizes`. */
  private measurements = 0;

  // A pointer moves far more often than a document changes: all that follows is worked out again only where it must be.
  private readonly nodes = new Memo(drawNode);
  private readonly edges = new Memo(drawEdge);
  private readonly foldedBlocks = new Memo(drawFolded);
  private readonly frames = new Memo(drawFrame);
  private sums: ReadonlyMap<string, Sum> = new Map();
  private lastSummed: ReadonlyMap<string, Sum> | null = null;
  private readonly summed = latest(sums);
  private seen: { doc: Doc | null; in: Map<string, ReadonlySet<string>> } = { doc: null, in: new Map() };
  private naming: string | null = null;
  private readonly places = latest((flat: Doc, sizes: Map<string, Size>, _measurements: number, direction: Direction) =>
    positions(flat, sizes, direction),
  );
  private readonly directions = latest(directionOf);
  private habit: Direction = recall("direction", "down");
  private readonly problems = latest(problemsByNode);
  private readonly total = latest((reports: Shown["reports"]) =>
    Object.values(reports).reduce((sum, report) => sum + inAll(report).parameters, 0),
  );
  private readonly bad = latest(badEdges);
  private readonly leaving = latest(leavingEdges);
  private readonly lanes = latest((edges: readonly Edge[], nodes: readonly DrawnNode[], direction: Direction) =>
    lanes(edges, this.boxes(nodes), direction, foreignFrames(nodes)),
  );
  /** The same list as long as no frame moves or changes its size. */
  private titles: readonly Rect[] = [];
  private catalog: Catalog | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly store: Store) {}

  /** Follow the store, until the returned function is called. */
  attach(): () => void {
    this.refresh();
    return this.store.subscribe(() => this.refresh());
  }

  snapshot = (): Drawn => this.drawn;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  useCatalog(catalog: Catalog): void {
    this.catalog = catalog;
    this.refresh();
  }

  /** Which way the network on screen flows. */
  get direction(): Direction {
    return this.directions(drawing(this.store.snapshot().doc).flat, this.habit);
  }

  /** Which way networks flow that have no positions yet, in this browser. */
  prefer(direction: Direction): void {
    this.habit = direction;
    remember("direction", direction);
    this.refresh();
  }

  /** Where every layer and folded block is seen. */
  boxes(nodes: readonly DrawnNode[] = this.drawn.nodes): Map<string, Box> {
    const unknown = { width: NODE_WIDTH, height: NODE_HEIGHT };
    return new Map(
      nodes
        .filter((node) => !isOpenBlock(node))
        .map((node) => {
          const { id, position } = node;
          const box: Box = { ...position, ...(this.sizes.get(id) ?? unknown) };
          if (!isLayer(node)) return [id, box];
          const { data } = node;
          if (data.remarks.length > 0 && data.remarks.every(({ passing }) => passing))
            box.lasting = lastingHeight(data);
          return [id, box];
        }),
    );
  }

  /** Let the name of a block be typed; null ends it. */
  name(block: string | null): void {
    if (block === this.naming) return;
    this.naming = block;
    this.refresh();
  }

  /** Positions with those of open blocks told as those of what is seen in them. */
  spread(at: Readonly<Record<string, Position>>): Record<string, Position> {
    const { doc } = this.store.snapshot();
    const seen = new Map(this.drawn.nodes.map((node) => [node.id, node]));
    const all: Record<string, Position> = {};
    const single: Record<string, Position> = {};
    for (const [id, to] of Object.entries(at)) {
      const node = seen.get(id);
      if (!node || !isOpenBlock(node)) {
        single[id] = to;
        continue;
      }
      const [dx, dy] = [to.x - node.position.x, to.y - node.position.y];
      for (const member of seenIn(doc, id)) {
        const from = seen.get(member)?.position;
        if (from) all[member] = { x: from.x + dx, y: from.y + dy };
      }
    }
    return { ...all, ...single };
  }

  /** Where things stand without the gesture that is going on. */
  resting(): Map<string, Position> {
    const { doc } = this.store.snapshot();
    return new Map(Object.entries(this.places(drawing(doc).flat, this.sizes, this.measurements, this.direction)));
  }

  /** What the gesture that is going on takes into open blocks or out of them. */
  get nests(): ReturnType<typeof nesting> {
    const { doc } = this.store.snapshot();
    return drawing(doc).open.length > 0 ? this.nested(doc, this.boxes(), this.held) : [];
  }

  private nested(doc: Doc, boxes: Map<string, Box>, held: Readonly<Record<string, Position>>): ReturnType<typeof nesting> {
    const resting = this.resting();
    const before = new Map([...boxes].map(([id, box]) => [id, { ...box, ...resting.get(id) }]));
    return nesting(doc, boxes, before, Object.keys(held));
  }

  /** Show nodes at other places for the time of a gesture; `release` ends it, usually after the edit that keeps them. */
  hold(at: Record<string, Position>): void {
    this.held = { ...this.held, ...at };
    this.refresh();
  }

  release(): void {
    this.held = {};
    this.refresh();
  }

  /** Give nodes and edges a class for the time of a gesture, by id. */
  mark(classes: Record<string, string>): void {
    const marks = share(this.marks, classes);
    if (marks === this.marks) return;
    this.marks = marks;
    this.refresh();
  }

  /** Show all there is to say of an edge, or of none. */
  look(edge: string | null): void {
    if (edge === this.looked) return;
    this.looked = edge;
    this.refresh();
  }

  applyNodes = (changes: NodeChange<DrawnNode>[]): void => {
    const selected = new Set(this.store.snapshot().selection.nodes);
    let selects = false;
    const moved: Record<string, Position> = {};
    let measured = false;
    for (const change of changes) {
      if (change.type === "select") {
        selects = true;
        if (change.selected) selected.add(change.id);
        else selected.delete(change.id);
      } else if (change.type === "position" && change.position && change.dragging) {
        moved[change.id] = change.position;
      } else if (change.type === "dimensions" && change.dimensions && !this.isFrame(change.id)) {
        this.sizes.set(change.id, change.dimensions);
        this.measurements += 1;
        measured = true;
      }
    }
    if (Object.keys(moved).length > 0) this.held = { ...this.held, ...this.spread(moved) };
    if (measured || Object.keys(moved).length > 0) this.refresh();
    if (selects) this.store.select([...selected], this.store.snapshot().selection.edges);
  };

  applyEdges = (changes: EdgeChange<TensorEdge>[]): void => {
    const { nodes, edges } = this.store.snapshot().selection;
    const selected = new Set(edges);
    for (const change of changes) {
      if (change.type !== "select") continue;
      if (change.selected) selected.add(change.id);
      else selected.delete(change.id);
    }
    this.store.select(nodes, [...selected]);
  };

  private isFrame(id: string): boolean {
    const { doc } = this.store.snapshot();
    return doc.blocks.some((block) => block.id === id) && !doc.folded.includes(id);
  }

  private refresh(): void {
    const { catalog } = this;
    if (catalog === null) return;
    const shown = this.store.snapshot();
    const nodes = this.drawNodes(shown, catalog);
    const drawn = { nodes, edges: this.drawEdges(shown, nodes) };
    if (drawn.nodes === this.drawn.nodes && drawn.edges === this.drawn.edges) return;
    this.drawn = drawn;
    for (const listener of [...this.listeners]) listener();
  }

  private drawNodes(shown: Shown, catalog: Catalog): DrawnNode[] {
    const { doc } = shown;
    const { direction } = this;
    const total = this.total(shown.reports);
    const drawn = drawing(doc);
    const summed = this.summed(doc, shown.reports, shown.problems);
    if (summed !== this.lastSummed) {
      this.lastSummed = summed;
      this.sums = new Map([...summed].map(([id, sum]) => [id, share(this.sums.get(id), sum)]));
    }
    const places = this.places(drawn.flat, this.sizes, this.measurements, direction);
    const problems = this.problems(shown.problems);
    const selected = new Set(shown.selection.nodes);
    const layers = doc.nodes.filter((node) => drawn.of(node.id) === node.id);
    const shownNodes = layers.map((node): DrawnNode =>
      this.nodes.get(node.id, [
        node,
        (node.shares && doc.nodes.find((other) => other.id === node.shares)) || null,
        catalog.get(node.kind),
        shown.reports[node.id] ?? null,
        problems.get(node.id) ?? NO_PROBLEMS,
        this.held[node.id] ?? places[node.id] ?? ORIGIN,
        selected.has(node.id),
        this.sizes.get(node.id) ?? null,
        this.marks[node.id] ?? "",
        percent(inAll(shown.reports[node.id]).parameters, total),
        direction,
      ]),
    );
    const folded = [...drawn.folded.values()].map((block): DrawnNode =>
      this.foldedBlocks.get(block.id, [
        block,
        this.sums.get(block.id) as Sum,
        this.held[block.id] ?? places[block.id] ?? ORIGIN,
        selected.has(block.id),
        this.sizes.get(block.id) ?? null,
        this.marks[block.id] ?? "",
        this.naming === block.id,
      ]),
    );
    const frames = this.drawFrames(doc, drawn, [...shownNodes, ...folded], selected);
    // In the document's order, folded or open: an element that changes its place in the page loses the focus.
    const blocks = new Map([...frames, ...folded].map((node) => [node.id, node]));
    const nodes = [...doc.blocks.flatMap(({ id }) => blocks.get(id) ?? []), ...shownNodes];
    return sameItems(this.drawn.nodes, nodes) ? this.drawn.nodes : nodes;
  }

  /** The open blocks, as they will be when the gesture that is going on ends here. */
  private drawFrames(doc: Doc, { open }: Drawing, nodes: DrawnNode[], selected: ReadonlySet<string>): BlockNode[] {
    if (open.length === 0) return [];
    const boxes = this.boxes(nodes);
    const nests = this.nested(doc, boxes, this.held);
    const after = nests.length > 0 ? drawing(nests.reduce(applyEdit, doc)).open : open;
    const accepting = new Set(nests.map(({ block }) => block));
    const rects = frames(after, boxes);
    const depth = depths(after);
    return open.flatMap((block) => {
      const rect = rects.get(block.id);
      if (!rect) return [];
      const { x, y, width, height } = rect;
      return this.frames.get(block.id, [
        block,
        this.sums.get(block.id) as Sum,
        x,
        y,
        width,
        height,
        depth.get(block.id) ?? 0,
        selected.has(block.id),
        accepting.has(block.id) ? "accepting" : (this.marks[block.id] ?? ""),
        this.naming === block.id,
        this.seenWithin(doc, block.id),
      ]);
    });
  }

  /** What is seen in an open block, the same set as long as the document is the same. */
  private seenWithin(doc: Doc, block: string): ReadonlySet<string> {
    if (doc !== this.seen.doc) this.seen = { doc, in: new Map() };
    const known = this.seen.in.get(block) ?? new Set(seenIn(doc, block));
    this.seen.in.set(block, known);
    return known;
  }

  private headers(nodes: DrawnNode[]): readonly Rect[] {
    const open = nodes.filter(isOpenBlock) as BlockNode[];
    this.titles = share(
      this.titles,
      open.map(({ position, width }) => ({ ...position, width: width ?? 0, height: TITLE_HEIGHT })),
    );
    return this.titles;
  }

  private drawEdges(shown: Shown, nodes: DrawnNode[]): TensorEdge[] {
    const { catalog } = this;
    const { ends, flat } = drawing(shown.doc);
    const kinds = new Map(shown.doc.nodes.map((node) => [node.id, catalog?.get(node.kind)]));
    const around = this.lanes(flat.edges, nodes, this.direction);
    const bad = this.bad(shown.doc, shown.problems, shown.reports);
    const leave = this.leaving(shown.doc);
    const headers = this.headers(nodes);
    const selected = new Set(shown.selection.edges);
    const only = shown.selection.nodes.length === 0 && selected.size === 1;
    const edges = shown.doc.edges.flatMap((edge) => {
      const seen = ends.get(edge);
      if (!seen) return [];
      const id = edgeId(edge);
      return this.edges.get(id, [
        edge,
        seen.source,
        seen.target,
        seen.target === edge.target ? handleId(kinds.get(edge.target), edge.port) : "in",
        shown.reports[edge.source] ?? null,
        kinds.get(edge.source)?.family ?? "core",
        bad.has(id),
        around.get(edgeId(seen)) ?? null,
        selected.has(id),
        this.marks[id] ?? "",
        id === this.looked || (only && selected.has(id)),
        leave.get(edge) ?? 0,
        headers,
      ]);
    });
    return sameItems(this.drawn.edges, edges) ? this.drawn.edges : edges;
  }
}

/** The frames that hold neither end of an edge, which it has to go around. */
function foreignFrames(nodes: readonly DrawnNode[]): (edge: Edge) => Box[] {
  const open = nodes.filter(isOpenBlock) as BlockNode[];
  const parts = open.map(({ position, width, height, data }) => ({
    box: { ...position, width: width ?? 0, height: height ?? 0 },
    within: data.within,
  }));
  return ({ source, target }) =>
    parts.filter(({ within }) => !within.has(source) && !within.has(target)).map(({ box }) => box);
}

function drawNode(
  node: Node,
  owner: Node | null,
  layer: Layer,
  report: Report | null,
  problems: readonly Problem[],
  position: Position,
  selected: boolean,
  measured: Size | null,
  mark: string,
  share: number,
  direction: Direction,
): LayerNode {
  const found = remarks(report ?? undefined, problems);
  const drawn: LayerNode = {
    id: node.id,
    type: "layer",
    position,
    selected,
    ariaLabel: ariaName(node, report ?? undefined, found, selected),
    className: `${mark} ${direction}`,
    sourcePosition: direction === "right" ? Side.Right : Side.Bottom,
    targetPosition: direction === "right" ? Side.Left : Side.Top,
    data: { node, owner, layer, report, remarks: found, share },
  };
  if (measured) drawn.measured = measured;
  return drawn;
}

function drawEdge(
  edge: Edge,
  source: string,
  target: string,
  targetHandle: string,
  report: Report | null,
  family: string,
  bad: boolean,
  lane: number | null,
  selected: boolean,
  mark: string,
  looked: boolean,
  left: number,
  headers: readonly Rect[],
): TensorEdge {
  const { axes = [], dtype = null } = report ?? {};
  const shape = leaving(report, left);
  const label = shape ? compactShape(shape) : null;
  const words = shape ? `, ${tensorSentence(shape, axes, dtype)}` : "";
  return {
    id: edgeId(edge),
    type: "tensor",
    source,
    target,
    targetHandle,
    selected,
    ariaLabel: `From ${edge.source} to ${edge.target}${words}${selected ? ", selected" : ""}`,
    className: mark,
    data: { edge, label, shape, axes, dtype, family, bad, lane, looked, headers },
  };
}

/** A share in whole percent, so that a small change elsewhere does not draw every node anew; 0.1 for less than one. */
function percent(part: number, whole: number): number {
  if (part === 0 || whole === 0) return 0;
  return Math.round((100 * part) / whole) || 0.1;
}

function lastingHeight({ node, owner, layer, report }: LayerData): number {
  return plainHeight(
    paramsText((owner ?? node).params) !== "",
    report?.shape != null,
    layer.ports.names.length > 1,
    owner !== null,
  );
}

/** Layers with named inputs have one handle for each; all others have one that takes every input. */
export function handleId(layer: Layer | undefined, port: number): string {
  return layer && layer.ports.names.length > 1 ? `in${Math.min(port, layer.ports.names.length - 1)}` : "in";
}

/** The input that a handle stands for, or null for the next free one. */
export function portOf(handle: string | null | undefined): number | null {
  const number = /^in(\d+)$/.exec(handle ?? "")?.[1];
  return number === undefined ? null : Number(number);
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
