/** What people do with blocks, as one edit each: group, fold, repeat, write out, share, and put ready parts in. */

import { around, carried, drawing, framed, frames, seenIn, type Rect } from "./drawing";
import type { Catalog } from "./catalog";
import { applyEdit, EditError, type Edit, type Part } from "./edits";
import type { Made, Scene } from "./gestures";
import {
  blocksWithin,
  chainEnd,
  EMPTY,
  exits,
  inside,
  parents,
  type Block,
  type Doc,
  type Edge,
  type Node,
  type Position,
} from "./graph";
import { uniqueId } from "./ids";
import { GAP, NODE_HEIGHT, NODE_WIDTH, overlapsAny, tidy, type Box } from "./layout";
import { ids, whole } from "./structure";
import type { ShelfBlock } from "./wire";

/** A part of a network that the palette offers: one that comes with Layerloom, or one of the person's own. */
export interface Ready {
  kind: string;
  title: string;
  summary: string;
  part: Part;
  icon?: string;
  family?: string;
  keywords?: readonly string[];
  /** Where it was published. */
  doc?: string | null;
  /** What each of its inputs feeds; without it, all that lacks an input. */
  inputs?: readonly { name: string; ports: readonly { target: string; port: number }[] }[];
  outputs?: readonly string[];
}

/** The person's own blocks as the palette offers them. */
export const ownBlocks = (shelf: readonly ShelfBlock[]): (Ready & { id: string })[] =>
  shelf.map(({ id, title, part }) => ({
    id,
    kind: `mine.${id}`,
    title,
    summary: `Your own block of ${part.nodes.length} ${part.nodes.length === 1 ? "layer" : "layers"}.`,
    part,
  }));

/** Between a frame and what stands above or below it. */
const AIR = 12;
const LONGEST_NAME = 80;

export const isBlock = (doc: Doc, id: string): boolean => doc.blocks.some((block) => block.id === id);
export const blockOf = (doc: Doc, id: string): Block | null => doc.blocks.find((block) => block.id === id) ?? null;

/** All nodes that ids of nodes and blocks stand for, in the document's order. */
export function nodesIn(doc: Doc, selected: readonly string[]): string[] {
  const all = new Set(selected.flatMap((id) => (isBlock(doc, id) ? inside(doc, id) : [id])));
  return doc.nodes.map(({ id }) => id).filter((id) => all.has(id));
}

/** The node whose output is that of a node or block: the last of its exits. */
export function exitOf(doc: Doc, id: string): string {
  return isBlock(doc, id) ? (exits(doc, new Set(inside(doc, id))).at(-1) ?? id) : id;
}

/** The node that takes what is connected to a node or block: one that lacks its input, else the first that is fed. */
export function entryOf(doc: Doc, catalog: Catalog, id: string): string {
  if (!isBlock(doc, id)) return id;
  const part = new Set(inside(doc, id));
  const takes = doc.nodes.filter((node) => part.has(node.id) && catalog.get(node.kind).ports.most !== 0);
  const into = (node: Node): Edge[] => doc.edges.filter((edge) => edge.target === node.id);
  const lacking = takes.find((node) => into(node).length < Math.max(1, catalog.get(node.kind).ports.least));
  const fed = takes.find((node) => into(node).some((edge) => !part.has(edge.source)));
  return (lacking ?? fed ?? takes[0])?.id ?? id;
}

/** Selected ids without those that lie in another selected block. */
export function outermost(doc: Doc, selected: readonly string[]): string[] {
  const chosen = new Set(selected);
  const above = parents(doc);
  const covered = (id: string): boolean => {
    const parent = above.get(id);
    return parent !== undefined && (chosen.has(parent) || covered(parent));
  };
  return [...chosen].filter((id) => !covered(id));
}

/** The block that a node is directly in, or null. */
export const inBlock = (doc: Doc, id: string): string | null => parents(doc).get(id) ?? null;

/** The block that all of these are directly in, or null. */
export function commonParent(doc: Doc, selected: readonly string[]): string | null {
  const above = parents(doc);
  const around = new Set(outermost(doc, selected).map((id) => above.get(id)));
  const [only] = around;
  return around.size === 1 && only !== undefined ? only : null;
}

/** Gather what is selected in a new block; what lies in a block that is not selected whole brings that block along. */
export function grouping(scene: Scene, selected: readonly string[], name = "Block"): Made | null {
  const { doc } = scene;
  const path = (id: string): string[] => {
    const parent = parents(doc).get(id);
    return parent === undefined ? [id] : [...path(parent), id];
  };
  const paths = outermost(doc, selected)
    .filter((id) => ids(doc).has(id))
    .map(path);
  const [first] = paths;
  if (!first) return null;
  let level = 0;
  while (paths.every((each) => each.length > level + 1 && each[level] === first[level])) level += 1;
  const place = (id: string): number => doc.nodes.findIndex((node) => nodesIn(doc, [id]).includes(node.id));
  const members = [...new Set(paths.map((each) => each[level] as string))].sort((a, b) => place(a) - place(b));
  const block = { id: uniqueId("block", ids(doc)), name, members };
  const group: Edit = { op: "group", block };
  const after = applyEdit(doc, group);
  return { edit: together([group, ...moves(scene, room(scene, after, block.id))]), select: [block.id] };
}

/** Draw a block as one box, and close up what this leaves free; or open it, and make room. */
export function folding(scene: Scene, id: string, folded: boolean): Edit | null {
  const { doc, boxes } = scene;
  if (!isBlock(doc, id) || doc.folded.includes(id) === folded) return null;
  if (folded) {
    const frame = frames(drawing(doc).open, boxes).get(id);
    if (!frame) return { op: "fold", block: id, folded };
    const inner = around(seenIn(doc, id).flatMap((each) => boxes.get(each) ?? [])) ?? frame;
    const position = { x: Math.round(inner.x + inner.width / 2 - NODE_WIDTH / 2), y: Math.round(inner.y) };
    const rise = Math.round(frame.y + frame.height - (inner.y + 90));
    const gone = new Set(seenIn(doc, id));
    const rest = [...boxes].filter(([each]) => !gone.has(each));
    const below = rest.filter(([, box]) => box.y >= inner.y + inner.height);
    const shifted = below.map(([each, box]): [string, Box] => [each, { ...box, y: box.y - rise }]);
    const staying = rest.filter(([, box]) => box.y < inner.y + inner.height).map(([, box]) => box);
    const here = { ...position, width: NODE_WIDTH, height: 90 + AIR };
    const fits = rise > 0 && !shifted.some(([, box]) => overlapsAny(box, [...staying, here]));
    const up = fits ? Object.fromEntries(shifted.map(([each, box]) => [each, corner(box)])) : {};
    return together([{ op: "fold", block: id, folded, position }, ...moves(scene, up)]);
  }
  return together([{ op: "fold", block: id, folded }, ...moves(scene, opened(scene, id))]);
}

/** Where things stand once a folded block is open at its place. */
function opened(scene: Scene, id: string): Record<string, Position> {
  const { doc, boxes } = scene;
  const box = boxes.get(id);
  const after = applyEdit(doc, { op: "fold", block: id, folded: false });
  const { flat } = drawing(after);
  const visible = seenIn(after, id);
  if (!box) return {};
  const loose = visible.some((each) => !after.layout[each]);
  const sizes = new Map(boxes);
  const own: Record<string, Position> = {};
  if (loose) {
    const part: Doc = {
      ...EMPTY,
      nodes: flat.nodes.filter((node) => visible.includes(node.id)),
      edges: flat.edges.filter((edge) => visible.includes(edge.source) && visible.includes(edge.target)),
      blocks: flat.blocks.filter((block) => block.id !== id && blocksWithin(after, id).includes(block.id)),
    };
    Object.assign(own, tidy(part, sizes));
  } else for (const each of visible) own[each] = after.layout[each] as Position;
  const placed = visible.map((each): Box => ({ ...(own[each] as Position), ...sizeOf(sizes, each) }));
  const inner = around(placed);
  if (!inner) return {};
  const dx = loose ? box.x + NODE_WIDTH / 2 - (inner.x + inner.width / 2) : 0;
  const dy = loose ? box.y - inner.y : 0;
  const at: Record<string, Position> = {};
  for (const each of visible) {
    const { x, y } = own[each] as Position;
    at[each] = { x: Math.round(x + dx), y: Math.round(y + dy) };
  }
  const now = new Map<string, Box>([
    ...[...boxes].filter(([each]) => each !== id),
    ...visible.map((each): [string, Box] => [each, { ...(at[each] as Position), ...sizeOf(sizes, each) }]),
  ]);
  const frame = framed({ ...inner, x: inner.x + dx, y: inner.y + dy });
  const drop = Math.round(frame.y + frame.height - (box.y + box.height));
  if (drop > 0)
    for (const [each, other] of boxes)
      if (each !== id && other.y >= box.y + box.height - 1) {
        now.set(each, { ...other, y: other.y + drop });
        at[each] = { x: Math.round(other.x), y: Math.round(other.y + drop) };
      }
  return { ...at, ...room({ ...scene, boxes: now }, after, id) };
}

/** What has to move so that the frame of a block covers nothing above and below it. */
function room(scene: Scene, after: Doc, id: string): Record<string, Position> {
  const { boxes } = scene;
  const own = new Set(seenIn(after, id));
  const frame = frames(drawing(after).open, boxes).get(id);
  const inner = around([...own].flatMap((each) => boxes.get(each) ?? []));
  if (!frame || !inner) return {};
  const beside = [...boxes].filter(
    ([each, box]) => !own.has(each) && box.x < frame.x + frame.width && box.x + box.width > frame.x,
  );
  const above = beside.filter(([, box]) => box.y < inner.y).map(([, box]) => box.y + box.height);
  const below = beside.filter(([, box]) => box.y >= inner.y + inner.height).map(([, box]) => box.y);
  const down = Math.max(0, Math.max(...above, -Infinity) + AIR - frame.y);
  const more = down + Math.max(0, frame.y + frame.height + AIR - Math.min(...below, Infinity));
  const at: Record<string, Position> = {};
  for (const [each, box] of boxes) {
    const by = own.has(each) ? down : box.y >= inner.y + inner.height ? more : box.y >= inner.y ? down : 0;
    if (by > 0) at[each] = { x: Math.round(box.x), y: Math.round(box.y + by) };
  }
  return at;
}

/** Take the border of a block away; a folded one is opened by it. */
export function ungrouping(scene: Scene, id: string): Made | null {
  const block = blockOf(scene.doc, id);
  if (!block) return null;
  const at = scene.doc.folded.includes(id) ? opened(scene, id) : {};
  return { edit: together([{ op: "ungroup", block: id }, ...moves(scene, at)]), select: [...block.members] };
}

/** Write a repetition out, one copy below the other. */
export function unrolling(scene: Scene, id: string): Made | null {
  const { doc, boxes } = scene;
  const block = blockOf(doc, id);
  if (!block || block.repeat < 2) return null;
  const unroll: Edit = { op: "unroll", block: id };
  const after = possible(doc, unroll);
  if (!after) return { edit: unroll, select: [id] }; // Whoever makes the edit says why it cannot be made.
  const part = new Set([...inside(doc, id), ...blocksWithin(doc, id)]);
  // Copies come one after the other, each in the order of what it copies.
  const nodes = doc.nodes.map((node) => node.id).filter((each) => part.has(each));
  const blocks = doc.blocks.map((each) => each.id).filter((each) => part.has(each));
  const made = after.nodes.map((node) => node.id).filter((each) => !ids(doc).has(each));
  const copies = after.blocks.slice(doc.blocks.length).map((each) => each.id);
  const row = [id, ...copies.filter((_, index) => blocks[index % blocks.length] === id)];
  const folded = doc.folded.includes(id);
  const here = folded ? boxes.get(id) : frames(drawing(doc).open, boxes).get(id);
  if (!here) return { edit: unroll, select: row };
  const step = Math.round(here.height + (folded ? GAP : 2 * AIR));
  const at: Record<string, Position> = {};
  const place = (originals: string[], copied: string[]): void =>
    copied.forEach((each, index) => {
      const from = originals[index % originals.length] as string;
      const seen = boxes.get(from) ?? doc.layout[from];
      const copy = Math.floor(index / originals.length) + 1;
      if (seen) at[each] = { x: Math.round(seen.x), y: Math.round(seen.y + copy * step) };
    });
  place(nodes, made);
  place(blocks, copies);
  const down = step * (row.length - 1);
  for (const [each, box] of boxes)
    if (!part.has(each) && box.y >= here.y + here.height - 1)
      at[each] = { x: Math.round(box.x), y: Math.round(box.y + down) };
  return { edit: together([unroll, ...moves(scene, at)]), select: row };
}

/** The document after an edit, or null where the edit cannot be made. */
function possible(doc: Doc, edit: Edit): Doc | null {
  try {
    return applyEdit(doc, edit);
  } catch (error) {
    if (error instanceof EditError) return null;
    throw error;
  }
}

/** A switch for what is selected: off only where it is on for all of it. */
export function switching(doc: Doc, selected: readonly string[], name: "frozen" | "bypassed"): Edit | null {
  const nodes = nodesIn(doc, selected);
  if (nodes.length === 0) return null;
  return { op: "switch", nodes, name, value: !nodes.every((id) => isOn(doc, id, name)) };
}

/** Whether a layer is frozen or bypassed; a shared one is frozen with its owner. */
export function isOn(doc: Doc, id: string, name: "frozen" | "bypassed"): boolean {
  const node = doc.nodes.find((other) => other.id === id);
  const owner = name === "frozen" && node?.shares ? doc.nodes.find((other) => other.id === node.shares) : node;
  return owner?.[name] === true;
}

/** What is selected as a part that can stand on its own: a layer whose owner stays behind becomes one of its own. */
export function excerpt(scene: Scene, selected: readonly string[], shared = false): Doc {
  const { doc, boxes } = scene;
  const nodes = nodesIn(doc, selected);
  const wanted = new Set(nodes);
  const blocks = doc.blocks.filter(({ id }) => selected.some((each) => blocksWithin(doc, each).includes(id)));
  const layout: Record<string, Position> = {};
  for (const { id } of [...doc.nodes.filter((node) => wanted.has(node.id)), ...blocks]) {
    const at = boxes.get(id) ?? doc.layout[id];
    if (at) layout[id] = { x: Math.round(at.x), y: Math.round(at.y) };
  }
  const heirs = new Map<string, string>();
  const own = (node: Node): Node => {
    if (shared) return whole({ ...node, params: {}, frozen: false, shares: node.shares ?? node.id });
    if (!node.shares || wanted.has(node.shares)) return node;
    const heir = heirs.get(node.shares);
    if (heir) return { ...node, shares: heir };
    heirs.set(node.shares, node.id);
    const owner = doc.nodes.find((other) => other.id === node.shares);
    return whole({ ...node, shares: undefined, params: owner?.params ?? {}, frozen: owner?.frozen });
  };
  return {
    nodes: doc.nodes.filter((node) => wanted.has(node.id)).map(own),
    edges: doc.edges.filter((edge) => wanted.has(edge.source) && wanted.has(edge.target)),
    blocks,
    layout,
    folded: doc.folded.filter((id) => blocks.some((block) => block.id === id)),
  };
}

/** A part under ids that are free in the document, and what each of its ids has become. */
export function renewed(doc: Doc, part: Part): { part: Doc; names: Map<string, string> } {
  const given: Doc = { ...EMPTY, ...part };
  const taken = ids(doc);
  const names = new Map<string, string>();
  for (const { id } of [...given.nodes, ...given.blocks]) {
    const name = uniqueId(id, taken);
    taken.add(name);
    names.set(id, name);
  }
  const name = (id: string): string => names.get(id) ?? id;
  const named = {
    nodes: given.nodes.map((node) =>
      whole({ ...structuredClone(node), id: name(node.id), shares: node.shares && name(node.shares) }),
    ),
    edges: given.edges
      .filter((edge) => names.has(edge.source) && names.has(edge.target))
      .map(({ source, target, port }) => ({ source: name(source), target: name(target), port: port ?? 0 })),
    blocks: given.blocks.map((block) => ({
      id: name(block.id),
      name: block.name,
      members: block.members.map(name),
      repeat: block.repeat ?? 1,
    })),
    layout: Object.fromEntries(
      Object.entries(given.layout).flatMap(([id, at]) => (names.has(id) ? [[name(id), at]] : [])),
    ),
    folded: given.folded.filter((id) => names.has(id)).map(name),
  };
  return { part: named, names };
}

/** What is selected once more. With `shared`, the copies apply the same layers: they have no weights of their own. */
export function copying(
  scene: Scene,
  part: Doc,
  offset: Position,
  shared = false,
  into: string | null = null,
): Made | null {
  if (part.nodes.length === 0) return null;
  const { part: fresh, names } = renewed(scene.doc, part);
  const owners = (node: Node, index: number): Node =>
    shared ? whole({ ...node, shares: part.nodes[index]?.shares }) : node;
  const layout = Object.fromEntries(
    Object.entries(fresh.layout).map(([id, { x, y }]) => [
      id,
      { x: Math.round(x + offset.x), y: Math.round(y + offset.y) },
    ]),
  );
  const inserted: Doc = { ...fresh, nodes: fresh.nodes.map(owners), layout };
  const inner = new Set(part.blocks.flatMap(({ members }) => members));
  const top = [...part.nodes, ...part.blocks].map(({ id }) => id).filter((id) => !inner.has(id));
  const edit: Edit = { op: "insert", part: inserted, ...(into !== null && { block: into }) };
  return { edit, select: top.map((id) => names.get(id) as string) };
}

/** A ready part, connected like a layer: behind the selection or the main chain, or into the only edge that follows. */
export function readyAfter(scene: Scene, ready: Ready, selected: readonly string[]): Made {
  const { doc, boxes } = scene;
  const { of } = drawing(doc);
  const chosen = selected.filter((id) => ids(doc).has(id));
  const end = chosen.at(-1) ?? chainEnd(doc);
  if (end === null) return readyAt(scene, ready, { x: NODE_WIDTH / 2, y: 0 });
  const source = exitOf(doc, end);
  const box = boxes.get(of(source));
  const below = box ? { x: box.x + box.width / 2, y: box.y + box.height + GAP } : { x: 0, y: 0 };
  const [follower, ...more] = doc.edges.filter((edge) => edge.source === source);
  const made = joinedPart(scene, ready, below, source);
  if (!follower || more.length > 0 || chosen.length !== 1) return made.plain();
  return made.into(follower);
}

/** A ready part at a point of the canvas, behind a node or block, or unconnected. */
export function readyAt(scene: Scene, ready: Ready, at: Position, from?: string): Made {
  return joinedPart(scene, ready, at, from === undefined ? null : exitOf(scene.doc, from)).plain();
}

/** A ready part in the middle of an edge. */
export function readyOnEdge(scene: Scene, ready: Ready, edge: Edge): Made {
  const box = scene.boxes.get(drawing(scene.doc).of(edge.source));
  const at = box ? { x: box.x + box.width / 2, y: box.y + box.height + GAP } : { x: 0, y: 0 };
  return joinedPart(scene, ready, at, edge.source).into(edge);
}

function joinedPart(
  scene: Scene,
  ready: Ready,
  middle: Position,
  source: string | null,
): { plain(): Made; into(edge: Edge): Made } {
  const { doc, boxes, catalog } = scene;
  const { part, names } = renewed(doc, ready.part);
  const { flat } = drawing(part);
  const laid = Object.keys(part.layout).length > 0 ? part.layout : tidy(flat, new Map());
  const rects = flat.nodes.map(({ id }): Box => ({ ...(laid[id] ?? { x: 0, y: 0 }), ...sizeOf(new Map(), id) }));
  const inner = around([
    ...rects,
    ...frames(flat.blocks, new Map(flat.nodes.map(({ id }, i) => [id, rects[i] as Rect]))).values(),
  ]);
  const size = inner ?? { x: 0, y: 0, width: NODE_WIDTH, height: NODE_HEIGHT };
  const place: Box = {
    x: Math.round(middle.x - size.width / 2),
    y: Math.round(middle.y),
    width: size.width,
    height: size.height,
  };
  const name = (id: string): string => names.get(id) ?? id;
  const entrance = (from: string): Edge[] =>
    (
      ready.inputs?.[0]?.ports.map(({ target, port }) => ({ target: name(target), port })) ?? lacking(part, catalog)
    ).map(({ target, port }) => ({ source: from, target, port }));
  const outputs = ready.outputs ?? exits(part, new Set(part.nodes.map(({ id }) => id)));
  const exit = ready.outputs ? name(outputs.at(-1) ?? "") : outputs.at(-1);
  const inside = new Set(part.blocks.flatMap(({ members }) => members));
  const select = [...part.nodes, ...part.blocks].map(({ id }) => id).filter((id) => !inside.has(id));
  const insert = (at: Box, edges: Edge[], block: string | null): Edit => {
    const [dx, dy] = [at.x - size.x, at.y - size.y];
    const layout = Object.fromEntries(
      Object.entries(laid).map(([id, { x, y }]) => [id, { x: Math.round(x + dx), y: Math.round(y + dy) }]),
    );
    return { op: "insert", part: { ...part, layout }, edges, ...(block !== null && { block }) };
  };
  return {
    plain: () => {
      const others = [...boxes.values()];
      const at = { ...place };
      while (overlapsAny(at, others)) at.x += NODE_WIDTH + 20;
      return { edit: insert(at, source === null ? [] : entrance(source), null), select };
    },
    into: (edge) => {
      const { of } = drawing(doc);
      const after = boxes.get(of(edge.target));
      const lack = after ? Math.max(0, place.y + place.height + GAP - after.y) : 0;
      const down: Record<string, Position> = {};
      if (lack > 0 && after)
        for (const [id, box] of boxes)
          if (box.y >= after.y - 1) down[id] = { x: Math.round(box.x), y: Math.round(box.y + lack) };
      const edges = [...entrance(edge.source), ...(exit ? [{ ...edge, source: exit }] : [])];
      const cut: Edit[] = exit ? [{ op: "disconnect", edge }] : [];
      const block = sharedBlock(doc, edge.source, edge.target);
      return { edit: together([...cut, ...moves(scene, down), insert(place, edges, block)]), select };
    },
  };
}

/** The innermost block that holds both. */
export function sharedBlock(doc: Doc, one: string, other: string): string | null {
  const above = parents(doc);
  const path = (id: string): string[] => {
    const parent = above.get(id);
    return parent === undefined ? [] : [parent, ...path(parent)];
  };
  const others = new Set(path(other));
  return path(one).find((id) => others.has(id)) ?? null;
}

/** The inputs of a part that nothing feeds and that its layers cannot be without. */
function lacking(part: Doc, catalog: Catalog): { target: string; port: number }[] {
  return part.nodes.flatMap((node) => {
    const { least, most } = catalog.get(node.kind).ports;
    if (most === 0) return [];
    const taken = new Set(part.edges.filter((edge) => edge.target === node.id).map(({ port }) => port));
    return Array.from({ length: Math.max(1, least) }, (_, port) => port)
      .filter((port) => !taken.has(port))
      .slice(0, Math.max(0, Math.max(1, least) - taken.size))
      .map((port) => ({ target: node.id, port }));
  });
}

export const properName = (text: string): string => text.trim().slice(0, LONGEST_NAME) || "Block";

function moves(scene: Scene, at: Record<string, Position>): Edit[] {
  if (Object.keys(at).length === 0) return [];
  return [{ op: "move", positions: carried(scene.doc, at, scene.boxes) }];
}

const together = (edits: Edit[]): Edit => (edits.length === 1 ? (edits[0] as Edit) : { op: "batch", edits });
const corner = ({ x, y }: Position): Position => ({ x: Math.round(x), y: Math.round(y) });
const sizeOf = (sizes: ReadonlyMap<string, Box>, id: string): { width: number; height: number } => {
  const known = sizes.get(id);
  return { width: known?.width ?? NODE_WIDTH, height: known?.height ?? NODE_HEIGHT };
};
