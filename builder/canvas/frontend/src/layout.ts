/** Where nodes stand: automatic layout, and places for nodes that have none. */

import { Graph, layout as dagre } from "@dagrejs/dagre";
import { turn, turnPlaces, type Direction } from "./direction";
import { around, FRAME, framed } from "./drawing";
import { order, parents, type Doc, type Edge, type Position } from "./graph";

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

/** The height of a node without remarks, as layers.css draws it: frame and head, parameters, shape, names of inputs. */
export function plainHeight(params: boolean, shape: boolean, named: boolean, shared = false): number {
  return 37 + (shared ? 21 : 0) + (params ? 21 : 0) + (shape ? 27 : 0) + (named ? 15 : 0);
}

export type Boxes = ReadonlyMap<string, Box>;
export type Sizes = ReadonlyMap<string, { width: number; height: number }>;

/**
 * A layout of the whole network; positions are those of the upper left corners. Each block is laid out by itself
 * and then stands in the layout around it as one box, so that nothing foreign comes to lie in its frame.
 */
export function tidy(doc: Doc, sizes: Sizes, direction: Direction = "down"): Record<string, Position> {
  const above = parents(doc);
  const blocks = new Map(doc.blocks.map((block) => [block.id, block]));
  const path = (id: string): string[] => {
    const parent = above.get(id);
    return parent === undefined ? [id] : [...path(parent), id];
  };
  const paths = new Map(doc.nodes.map(({ id }) => [id, path(id)]));

  const arrange = (ids: readonly string[], depth: number): Arranged => {
    const own = new Set(ids);
    const inner = new Map(
      ids.flatMap((id) => {
        const block = blocks.get(id);
        return block ? [[id, arrange(block.members, depth + 1)] as const] : [];
      }),
    );
    const size = (id: string): Size => inner.get(id) ?? sizeOf(sizes, id);
    const edges = doc.edges.flatMap((edge) => {
      const [source, target] = [paths.get(edge.source)?.[depth], paths.get(edge.target)?.[depth]];
      if (!source || !target || source === target || !own.has(source) || !own.has(target)) return [];
      return [{ source, target, port: edge.port }];
    });
    const at = ranked(ids, edges, size, direction);
    const all: Record<string, Position> = {};
    for (const id of ids) {
      const { x, y } = at[id] as Position;
      const inside = inner.get(id);
      if (!inside) all[id] = { x, y };
      else
        for (const [member, place] of Object.entries(inside.at))
          all[member] = { x: x + place.x + FRAME.side, y: y + place.y + FRAME.top };
    }
    const whole = around(ids.map((id) => ({ ...size(id), ...(at[id] as Position) }))) ?? NOTHING;
    if (depth === 0) return { at: all, width: whole.width, height: whole.height };
    const shifted = Object.entries(all).map(([id, place]) => [id, { x: place.x - whole.x, y: place.y - whole.y }]);
    const framing = framed(whole);
    return { at: Object.fromEntries(shifted), width: framing.width, height: framing.height };
  };

  const top = [...doc.nodes, ...doc.blocks].map(({ id }) => id).filter((id) => !above.has(id));
  return arrange(top, 0).at;
}

interface Arranged {
  at: Record<string, Position>;
  width: number;
  height: number;
}

type Size = { width: number; height: number };
const NOTHING = { x: 0, y: 0, width: 0, height: 0 };

function ranked(
  ids: readonly string[],
  edges: readonly Edge[],
  size: (id: string) => Size,
  direction: Direction,
): Record<string, Position> {
  const graph = new Graph({ multigraph: true }).setDefaultEdgeLabel(() => ({}));
  graph.setGraph({
    rankdir: direction === "right" ? "LR" : "TB",
    rankalign: "top",
    nodesep: 40,
    ranksep: gapOf(direction),
    edgesep: 30,
  });
  for (const id of ids) graph.setNode(id, { width: size(id).width, height: size(id).height });
  for (const edge of edges) graph.setEdge(edge.source, edge.target, {}, String(edge.port));
  dagre(graph);
  return Object.fromEntries(
    ids.map((id) => {
      const { x, y } = graph.node(id) as Position;
      const { width, height } = size(id);
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
  const seen = new Set(doc.nodes.map((node) => node.id));
  const found: Record<string, Position> = Object.fromEntries(Object.entries(doc.layout).filter(([id]) => seen.has(id)));
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

function nearNeighbours(doc: Doc, sizes: Sizes, placed: Record<string, Position>, id: string, gap: number): Position {
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
  return {
    x: Math.max(...all.map((at) => at.x)) + sizeOf(sizes, id).width + gap,
    y: Math.min(...all.map((at) => at.y)),
  };
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

const sizeOf = (sizes: Sizes, id: string): Size => sizes.get(id) ?? { width: NODE_WIDTH, height: NODE_HEIGHT };
const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
