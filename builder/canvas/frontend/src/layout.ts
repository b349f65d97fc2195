/** Where nodes stand: automatic layout, and places for nodes that have none. */

import { Graph, layout as dagre } from "@dagrejs/dagre";
import { turn, turnPlaces, type Direction } from "./direction";
import { order, type Doc, type Position } from "./graph";

export const GRID = 10;
export const NODE_WIDTH = 236;
/** The height taken for a node that has not been drawn yet. */
export const NODE_HEIGHT = 72;
/** Free space between a node and the one that it feeds: room for the label of the edge, and for the edge to be seen. */
export const GAP = 48;
/** The same where data flows to the right: labels are wider than high. */
export const GAP_RIGHT = 90;
export const gapOf = (direction: Direction): number => (direction === "right" ? GAP_RIGHT : GAP);

export interface Box extends Position {
  width: number;
  height: number;
  /** The height without what is said about a network that ends here, which the next layer makes obsolete. */
  lasting?: number;
}

/** The height of a node without remarks, as canvas.css draws it: frame and head, parameters, shape, names of inputs. */
export function plainHeight(params: boolean, shape: boolean, named: boolean): number {
  return 37 + (params ? 21 : 0) + (shape ? 27 : 0) + (named ? 15 : 0);
}

export type Boxes = ReadonlyMap<string, Box>;
export type Sizes = ReadonlyMap<string, { width: number; height: number }>;

/** A layout of the whole network; positions are those of the upper left corners. */
export function tidy(doc: Doc, sizes: Sizes, direction: Direction = "down"): Record<string, Position> {
  const graph = new Graph({ multigraph: true }).setDefaultEdgeLabel(() => ({}));
  graph.setGraph({
    rankdir: direction === "right" ? "LR" : "TB",
    rankalign: "top",
    nodesep: 40,
    ranksep: gapOf(direction),
    edgesep: 30,
  });
  for (const node of doc.nodes) graph.setNode(node.id, { ...sizeOf(sizes, node.id) });
  for (const edge of doc.edges) graph.setEdge(edge.source, edge.target, {}, String(edge.port));
  dagre(graph);
  return Object.fromEntries(
    doc.nodes.map(({ id }) => {
      const { x, y } = graph.node(id) as Position;
      const { width, height } = sizeOf(sizes, id);
      return [id, { x: Math.round(x - width / 2), y: Math.round(y - height / 2) }];
    }),
  );
}

/** Every node's position: the stored one, else one that fits the nodes around it. */
export function positions(doc: Doc, sizes: Sizes, direction: Direction = "down"): Record<string, Position> {
  if (direction === "down") return placed(doc, sizes, GAP);
  if (doc.nodes.every((node) => doc.layout[node.id])) return doc.layout as Record<string, Position>;
  if (!doc.nodes.some((node) => doc.layout[node.id])) return tidy(doc, sizes, direction);
  const turned = new Map(
    doc.nodes.map(({ id }) => {
      const { width, height } = sizeOf(sizes, id);
      return [id, { width: height, height: width }];
    }),
  );
  const places = placed({ ...doc, layout: turnPlaces(doc.layout) }, turned, GAP_RIGHT);
  return Object.fromEntries(Object.entries(places).map(([id, at]) => [id, doc.layout[id] ?? turn(at)]));
}

function placed(doc: Doc, sizes: Sizes, gap: number): Record<string, Position> {
  const loose = doc.nodes.filter((node) => !doc.layout[node.id]);
  if (loose.length === 0) return doc.layout as Record<string, Position>;
  if (loose.length === doc.nodes.length) return tidy(doc, sizes);
  const found: Record<string, Position> = { ...doc.layout };
  const waiting = new Set(loose.map((node) => node.id));
  for (const id of order(doc)) {
    if (!waiting.has(id)) continue;
    const at = nearNeighbours(doc, sizes, found, id, gap);
    const taken = Object.entries(found).map(([other, position]) => ({ ...position, ...sizeOf(sizes, other) }));
    const box = { ...at, ...sizeOf(sizes, id) };
    while (overlapsAny(box, taken)) box.x += sizeOf(sizes, id).width + 2 * GRID;
    found[id] = { x: Math.round(box.x), y: Math.round(box.y) };
  }
  return found;
}

function nearNeighbours(
  doc: Doc,
  sizes: Sizes,
  placed: Record<string, Position>,
  id: string,
  gap: number,
): Position {
  const sources = known(
    doc.edges.filter((edge) => edge.target === id).map((edge) => edge.source),
    placed,
  );
  const targets = known(
    doc.edges.filter((edge) => edge.source === id).map((edge) => edge.target),
    placed,
  );
  if (sources.length > 0) {
    const bottom = Math.max(...sources.map(([source, at]) => at.y + sizeOf(sizes, source).height));
    return { x: mean(sources.map(([, at]) => at.x)), y: bottom + gap };
  }
  if (targets.length > 0) {
    const top = Math.min(...targets.map(([, at]) => at.y));
    return { x: mean(targets.map(([, at]) => at.x)), y: top - gap - sizeOf(sizes, id).height };
  }
  const all = Object.values(placed);
  return { x: Math.max(...all.map((at) => at.x)) + sizeOf(sizes, id).width + gap, y: Math.min(...all.map((at) => at.y)) };
}

export function overlapsAny(box: Box, others: readonly Box[]): boolean {
  return others.some(
    (other) =>
      box.x < other.x + other.width &&
      other.x < box.x + box.width &&
      box.y < other.y + other.height &&
      other.y < box.y + box.height,
  );
}

function known(ids: string[], placed: Record<string, Position>): [string, Position][] {
  return ids.flatMap((id) => {
    const at = placed[id];
    return at ? [[id, at] as [string, Position]] : [];
  });
}

const sizeOf = (sizes: Sizes, id: string): { width: number; height: number } =>
  sizes.get(id) ?? { width: NODE_WIDTH, height: NODE_HEIGHT };
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
