/**
 * The nodes and edges that React Flow draws. Measured sizes, and positions and marks for the time of a gesture, are this
 * module's own; everything else follows the store. Objects keep their identity while nothing about them changes.
 */

import type { EdgeChange, Edge as FlowEdge, Node as FlowNode, NodeChange } from "@xyflow/react";
import { Position as Side } from "@xyflow/react";
import type { Catalog, Layer } from "./catalog";
import { directionOf, type Direction } from "./direction";
import { edgeId, type Doc, type Edge, type Node, type Position } from "./graph";
import { NODE_HEIGHT, NODE_WIDTH, plainHeight, positions, type Box } from "./layout";
import { latest, Memo } from "./memo";
import { recall, remember } from "./memory";
import { lanes } from "./route";
import { share } from "./share";
import { paramsText } from "./shapes";
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
}

export type LayerNode = FlowNode<LayerData, "layer">;
export type TensorEdge = FlowEdge<TensorData, "tensor">;

export interface Drawn {
  nodes: LayerNode[];
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
  private readonly places = latest(
    (doc: Doc, sizes: Map<string, Size>, _measurements: number, direction: Direction) =>
      positions(doc, sizes, direction),
  );
  private readonly directions = latest(directionOf);
  private habit: Direction = recall("direction", "down");
  private readonly problems = latest(problemsByNode);
  private readonly total = latest((reports: Shown["reports"]) =>
    Object.values(reports).reduce((sum, { parameters }) => sum + parameters, 0),
  );
  private readonly bad = latest(badEdges);
  private readonly lanes = latest((edges: readonly Edge[], nodes: readonly LayerNode[], direction: Direction) =>
    lanes(edges, this.boxes(nodes), direction),
  );
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
    return this.directions(this.store.snapshot().doc, this.habit);
  }

  /** Which way networks flow that have no positions yet, in this browser. */
  prefer(direction: Direction): void {
    this.habit = direction;
    remember("direction", direction);
    this.refresh();
  }

  /** Where every node is seen. */
  boxes(nodes: readonly LayerNode[] = this.drawn.nodes): Map<string, Box> {
    const unknown = { width: NODE_WIDTH, height: NODE_HEIGHT };
    return new Map(
      nodes.map(({ id, position, data }) => {
        const box: Box = { ...position, ...(this.sizes.get(id) ?? unknown) };
        if (data.remarks.length > 0 && data.remarks.every(({ passing }) => passing)) box.lasting = lastingHeight(data);
        return [id, box];
      }),
    );
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

  applyNodes = (changes: NodeChange<LayerNode>[]): void => {
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
      } else if (change.type === "dimensions" && change.dimensions) {
        this.sizes.set(change.id, change.dimensions);
        this.measurements += 1;
        measured = true;
      }
    }
    if (Object.keys(moved).length > 0) this.held = { ...this.held, ...moved };
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

  private drawNodes(shown: Shown, catalog: Catalog): LayerNode[] {
    const { direction } = this;
    const places = this.places(shown.doc, this.sizes, this.measurements, direction);
    const problems = this.problems(shown.problems);
    const selected = new Set(shown.selection.nodes);
    const total = this.total(shown.reports);
    const nodes = shown.doc.nodes.map((node) =>
      this.nodes.get(node.id, [
        node,
        catalog.get(node.kind),
        shown.reports[node.id] ?? null,
        problems.get(node.id) ?? NO_PROBLEMS,
        this.held[node.id] ?? places[node.id] ?? ORIGIN,
        selected.has(node.id),
        this.sizes.get(node.id) ?? null,
        this.marks[node.id] ?? "",
        percent(shown.reports[node.id]?.parameters ?? 0, total),
        direction,
      ]),
    );
    return sameItems(this.drawn.nodes, nodes) ? this.drawn.nodes : nodes;
  }

  private drawEdges(shown: Shown, nodes: LayerNode[]): TensorEdge[] {
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const around = this.lanes(shown.doc.edges, nodes, this.direction);
    const bad = this.bad(shown.doc, shown.problems, shown.reports);
    const selected = new Set(shown.selection.edges);
    const only = shown.selection.nodes.length === 0 && selected.size === 1;
    const edges = shown.doc.edges.map((edge) => {
      const id = edgeId(edge);
      const source = byId.get(edge.source)?.data;
      return this.edges.get(id, [
        edge,
        handleId(byId.get(edge.target)?.data.layer, edge.port),
        source?.report ?? null,
        source?.layer.family ?? "core",
        bad.has(id),
        around.get(id) ?? null,
        selected.has(id),
        this.marks[id] ?? "",
        id === this.looked || (only && selected.has(id)),
      ]);
    });
    return sameItems(this.drawn.edges, edges) ? this.drawn.edges : edges;
  }
}

function drawNode(
  node: Node,
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
    ariaLabel: ariaName(node, report ?? undefined, found),
    className: `${mark} ${direction}`,
    sourcePosition: direction === "right" ? Side.Right : Side.Bottom,
    targetPosition: direction === "right" ? Side.Left : Side.Top,
    data: { node, layer, report, remarks: found, share },
  };
  if (measured) drawn.measured = measured;
  return drawn;
}

function drawEdge(
  edge: Edge,
  targetHandle: string,
  report: Report | null,
  family: string,
  bad: boolean,
  lane: number | null,
  selected: boolean,
  mark: string,
  looked: boolean,
): TensorEdge {
  const { shape = null, axes = [], dtype = null } = report ?? {};
  const label = shape ? compactShape(shape) : null;
  const words = shape ? `, ${tensorSentence(shape, axes, dtype)}` : "";
  return {
    id: edgeId(edge),
    type: "tensor",
    source: edge.source,
    target: edge.target,
    targetHandle,
    selected,
    ariaLabel: `From ${edge.source} to ${edge.target}${words}`,
    className: mark,
    data: { edge, label, shape, axes, dtype, family, bad, lane, looked },
  };
}

/** A share in whole percent, so that a small change elsewhere does not draw every node anew; 0.1 for less than one. */
function percent(part: number, whole: number): number {
  if (part === 0 || whole === 0) return 0;
  return Math.round((100 * part) / whole) || 0.1;
}

function lastingHeight({ node, layer, report }: LayerData): number {
  return plainHeight(paramsText(node.params) !== "", report?.shape != null, layer.ports.names.length > 1);
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
