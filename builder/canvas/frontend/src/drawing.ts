/**
 * What of a document is drawn: a folded block stands for all in it, an open one is a frame around its members. Layout,
 * ways of edges and gestures see the `flat` document, in which a folded block is a node like any other.
 */

import { blocksWithin, inside, parents, type Block, type Doc, type Edge, type Node, type Position } from "./graph";

/** Room between a frame and what is in it. */
export const FRAME = { side: 20, top: 44, bottom: 16 };

/** The part of a frame's top that its title takes. */
export const TITLE_HEIGHT = 38;

export interface Rect extends Position {
  width: number;
  height: number;
}

export interface Drawing {
  /** Visible nodes and folded blocks as nodes, the edges between them, and the open blocks. */
  flat: Doc;
  /** The open blocks, each before those inside it. */
  open: readonly Block[];
  /** The folded blocks that are seen, by id. */
  folded: ReadonlyMap<string, Block>;
  /** For each edge of the document that is drawn: the edge between what stands for its ends. */
  ends: ReadonlyMap<Edge, Edge>;
  /** What stands for a node or a block: itself, or the outermost folded block around it. */
  of(id: string): string;
}

const known = new WeakMap<Doc, Drawing>();

export function drawing(doc: Doc): Drawing {
  const before = known.get(doc);
  if (before) return before;
  const made = make(doc);
  known.set(doc, made);
  return made;
}

function make(doc: Doc): Drawing {
  const above = parents(doc);
  const closed = new Set(doc.folded);
  const shownAs = new Map<string, string>();
  const of = (id: string): string => {
    const found = shownAs.get(id);
    if (found !== undefined) return found;
    const parent = above.get(id);
    const outer = parent === undefined ? id : of(parent);
    const result = parent !== undefined && (outer !== parent || closed.has(parent)) ? outer : id;
    shownAs.set(id, result);
    return result;
  };
  const seen = doc.blocks.filter(({ id }) => of(id) === id);
  const depth = (id: string): number => {
    const parent = above.get(id);
    return parent === undefined ? 0 : depth(parent) + 1;
  };
  const open = seen.filter(({ id }) => !closed.has(id)).sort((one, other) => depth(one.id) - depth(other.id));
  const folded = new Map(seen.filter(({ id }) => closed.has(id)).map((block) => [block.id, block]));
  const ends = new Map<Edge, Edge>();
  for (const edge of doc.edges) {
    const [source, target] = [of(edge.source), of(edge.target)];
    if (source === edge.source && target === edge.target) ends.set(edge, edge);
    else if (source !== target) ends.set(edge, { source, target, port: edge.port });
  }
  const nodes: Node[] = [
    ...doc.nodes.filter(({ id }) => of(id) === id),
    ...[...folded.keys()].map((id) => ({ id, kind: "", params: {} })),
  ];
  const flat: Doc = { nodes, edges: [...ends.values()], blocks: open, layout: placed(doc, folded), folded: [] };
  return { flat, open, folded, ends, of };
}

/** The layout; a folded block without a place stands where its members would. */
function placed(doc: Doc, folded: ReadonlyMap<string, Block>): Doc["layout"] {
  const missing = [...folded.keys()].filter((id) => !doc.layout[id]);
  const found: Record<string, Position> = {};
  for (const id of missing) {
    const places = inside(doc, id).flatMap((member) => doc.layout[member] ?? []);
    if (places.length > 0)
      found[id] = { x: Math.min(...places.map(({ x }) => x)), y: Math.min(...places.map(({ y }) => y)) };
  }
  return Object.keys(found).length > 0 ? { ...doc.layout, ...found } : doc.layout;
}

/** The frames of the open blocks around where their members are seen. */
export function frames<B extends Rect>(open: readonly Block[], boxes: ReadonlyMap<string, B>): Map<string, Rect> {
  const found = new Map<string, Rect>();
  for (const block of [...open].reverse()) {
    const inner = block.members.flatMap((member) => found.get(member) ?? boxes.get(member) ?? []);
    const all = around(inner);
    if (all) found.set(block.id, framed(all));
  }
  return found;
}

export const framed = ({ x, y, width, height }: Rect): Rect => ({
  x: x - FRAME.side,
  y: y - FRAME.top,
  width: width + 2 * FRAME.side,
  height: height + FRAME.top + FRAME.bottom,
});

export function around(rects: readonly Rect[]): Rect | null {
  if (rects.length === 0) return null;
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  return {
    x,
    y,
    width: Math.max(...rects.map((rect) => rect.x + rect.width)) - x,
    height: Math.max(...rects.map((rect) => rect.y + rect.height)) - y,
  };
}

/** What is drawn of a block: itself where it is folded, else what is seen in it, the frames of open blocks too. */
export function seenIn(doc: Doc, id: string): string[] {
  const { of } = drawing(doc);
  if (of(id) !== id || doc.folded.includes(id) || !doc.blocks.some((block) => block.id === id)) return [of(id)];
  return [...new Set([...inside(doc, id), ...blocksWithin(doc, id)].map(of))].filter(
    (seen) => !doc.blocks.some((block) => block.id === seen) || doc.folded.includes(seen),
  );
}

/**
 * Positions for what lies under what is moved: a folded block takes all in it along, so that it opens where it stands.
 * `boxes` says where things were seen before.
 */
export function carried(
  doc: Doc,
  positions: Readonly<Record<string, Position>>,
  boxes: ReadonlyMap<string, Position>,
): Record<string, Position> {
  const all: Record<string, Position> = { ...positions };
  for (const [id, to] of Object.entries(positions)) {
    const from = boxes.get(id);
    if (!from || !doc.folded.includes(id)) continue;
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    for (const member of [...inside(doc, id), ...blocksWithin(doc, id)]) {
      const at = doc.layout[member];
      if (at && member !== id) all[member] ??= { x: Math.round(at.x + dx), y: Math.round(at.y + dy) };
    }
  }
  return all;
}
