/**
 * The nodes and edges that React Flow draws. Positions under the pointer, measured sizes and nothing else are this
 * module's own; everything else follows the store. Objects keep their identity while nothing about them changes.
 */

import type { EdgeChange, Edge as FlowEdge, Node as FlowNode, NodeChange } from "@xyflow/react";
import type { Catalog, Layer } from "./catalog";
import { edgeId, type Edge, type Node, type Position } from "./graph";
import { NODE_HEIGHT, NODE_WIDTH, positions, type Box } from "./layout";
import { lanes } from "./route";
import { share } from "./share";
import { shapeText } from "./shapes";
import type { Shown, Store } from "./store";
import type { Report } from "./wire";
import { ariaName, badEdges, problemsByNode, remarks, type Remark } from "./words";

export interface LayerData extends Record<string, unknown> {
  node: Node;
  layer: Layer;
  report: Report | null;
  remarks: Remark[];
}

export interface TensorData extends Record<string, unknown> {
  edge: Edge;
  label: string | null;
  family: string;
  bad: boolean;
  lane: number | null;
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
  private sizes = new Map<string, { width: number; height: number }>();
  private catalog: Catalog | null = null;
  private listeners = new Set<() => void>();

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

  /** Where every node is seen. */
  boxes(nodes: readonly LayerNode[] = this.drawn.nodes): Map<string, Box> {
    const unknown = { width: NODE_WIDTH, height: NODE_HEIGHT };
    return new Map(nodes.map(({ id, position }) => [id, { ...position, ...(this.sizes.get(id) ?? unknown) }]));
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
    const shown = this.store.snapshot();
    const nodes = this.drawNodes(shown);
    const drawn = { nodes, edges: this.drawEdges(shown, nodes) };
    if (drawn.nodes === this.drawn.nodes && drawn.edges === this.drawn.edges) return;
    this.drawn = drawn;
    for (const listener of [...this.listeners]) listener();
  }

  private drawNodes(shown: Shown): LayerNode[] {
    const catalog = this.catalog;
    if (catalog === null) return this.drawn.nodes;
    const before = new Map(this.drawn.nodes.map((node) => [node.id, node]));
    const places = positions(shown.doc, this.sizes);
    const problems = problemsByNode(shown.problems);
    const selected = new Set(shown.selection.nodes);
    const nodes = shown.doc.nodes.map((node): LayerNode => {
      const old = before.get(node.id);
      const layer = catalog.get(node.kind);
      const report = shown.reports[node.id] ?? null;
      const found = remarks(report ?? undefined, problems.get(node.id) ?? []);
      const data: LayerData = { node, layer, report, remarks: found };
      const next: LayerNode = {
        id: node.id,
        type: "layer",
        position: this.held[node.id] ?? places[node.id] ?? { x: 0, y: 0 },
        selected: selected.has(node.id),
        ariaLabel: ariaName(node, report ?? undefined, found),
        data,
      };
      const measured = this.sizes.get(node.id);
      if (measured) next.measured = measured;
      const mark = this.marks[node.id];
      if (mark) next.className = mark;
      return keepIdentity(old, next);
    });
    return sameItems(this.drawn.nodes, nodes) ? this.drawn.nodes : nodes;
  }

  private drawEdges(shown: Shown, nodes: LayerNode[]): TensorEdge[] {
    if (this.catalog === null) return this.drawn.edges;
    const before = new Map(this.drawn.edges.map((edge) => [edge.id, edge]));
    const byId = new Map(nodes.map((node) => [node.id, node]));
    const around = lanes(shown.doc.edges, this.boxes(nodes));
    const bad = badEdges(shown.doc, shown.problems, shown.reports);
    const selected = new Set(shown.selection.edges);
    const edges = shown.doc.edges.map((edge): TensorEdge => {
      const id = edgeId(edge);
      const source = byId.get(edge.source);
      const shape = source?.data.report?.shape;
      const next: TensorEdge = {
        id,
        type: "tensor",
        source: edge.source,
        target: edge.target,
        targetHandle: handleId(byId.get(edge.target)?.data.layer, edge.port),
        selected: selected.has(id),
        ariaLabel: `From ${edge.source} to ${edge.target}${shape ? `, ${shapeText(shape)}` : ""}`,
        data: {
          edge,
          label: shape ? shapeText(shape) : null,
          family: source?.data.layer.family ?? "core",
          bad: bad.has(id),
          lane: around.get(id) ?? null,
        },
      };
      const mark = this.marks[id];
      if (mark) next.className = mark;
      return keepIdentity(before.get(id), next);
    });
    return sameItems(this.drawn.edges, edges) ? this.drawn.edges : edges;
  }
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

function keepIdentity<T extends { data?: unknown }>(old: T | undefined, next: T): T {
  if (old === undefined) return next;
  const data = share(old.data, next.data);
  const merged = { ...next, data };
  const keys = Object.keys(merged) as (keyof T)[];
  const equal =
    keys.length === Object.keys(old).length && keys.every((key) => Object.is(share(old[key], merged[key]), old[key]));
  return equal ? old : merged;
}

function sameItems<T>(one: readonly T[], other: readonly T[]): boolean {
  return one.length === other.length && one.every((item, index) => item === other[index]);
}
