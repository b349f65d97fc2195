/** What a person means, as one edit: each gesture is one step of undo. Positions given are where nodes are seen. */

import { entryOf, exitOf, inBlock, isBlock, sharedBlock } from "./blocks";
import type { Catalog } from "./catalog";
import { carried, drawing, frames } from "./drawing";
import type { Edit } from "./edits";
import {
  chainEnd,
  closesCycle,
  descendants,
  entries,
  inside,
  freePort,
  sameEdge,
  type Doc,
  type Edge,
  type Node,
  type Position,
} from "./graph";
import { newId } from "./ids";
import { ids } from "./structure";
import type { Direction } from "./direction";
import { gapOf, GRID, NODE_HEIGHT, NODE_WIDTH, overlapsAny, type Box, type Boxes } from "./layout";

/** A document with where its nodes are seen, and what its layers are. */
export interface Scene {
  doc: Doc;
  boxes: Boxes;
  catalog: Catalog;
  /** Where data flows to the right, gestures are done in a picture turned over its diagonal (`direction.along`). */
  direction?: Direction;
}

/** What a new node takes up along the flow and across it, and the free space before it. */
function cell({ direction = "down" }: Scene): { width: number; height: number; gap: number } {
  const [width, height] = direction === "right" ? [NODE_HEIGHT, NODE_WIDTH] : [NODE_WIDTH, NODE_HEIGHT];
  return { width, height, gap: gapOf(direction) };
}

export interface Made {
  edit: Edit;
  /** The nodes to select afterwards. */
  select: string[];
}

export const snap = (value: number): number => Math.round(value / GRID) * GRID;

const into = (doc: Doc, id: string): Edge[] => doc.edges.filter((edge) => edge.target === id);
/** Where a node is seen: its own box, or that of the folded block around it. */
const boxOf = (scene: Scene, id: string): Box | undefined => scene.boxes.get(drawing(scene.doc).of(id));
const outOf = (doc: Doc, id: string): Edge[] => doc.edges.filter((edge) => edge.source === id);

/** What has no stored position gets the one it is seen at, so that moving one thing leaves the others alone. */
export function settled(scene: Scene, edit: Edit): Edit {
  const seen = drawing(scene.doc).flat.nodes;
  const loose = seen.filter((node) => !scene.doc.layout[node.id] && scene.boxes.has(node.id));
  if (loose.length === 0) return edit;
  const positions = Object.fromEntries(loose.map((node) => [node.id, corner(scene.boxes.get(node.id) as Box)]));
  if (edit.op === "move") return { op: "move", positions: { ...positions, ...edit.positions } };
  return { op: "batch", edits: [{ op: "move", positions }, ...(edit.op === "batch" ? edit.edits : [edit])] };
}

const corner = (box: Box): Position => ({ x: Math.round(box.x), y: Math.round(box.y) });

function newNode(scene: Scene, kind: string): Node {
  return {
    id: newId(kind, ids(scene.doc)),
    kind,
    params: structuredClone(scene.catalog.get(kind).start_params),
  };
}

/**
 * Add a layer where it is most likely wanted: behind the selected nodes, else behind the main chain. A selected node
 * with one follower gets the new layer in between; a layer that takes several inputs joins all selected nodes.
 */
export function addAfter(scene: Scene, kind: string, selected: readonly string[]): Made {
  const { doc, catalog } = scene;
  const node = newNode(scene, kind);
  const { ports } = catalog.get(kind);
  const chosen = [...new Set(selected.filter((id) => ids(doc).has(id)).map((id) => exitOf(doc, id)))];
  const end = chainEnd(doc);
  const before = chosen.length > 0 ? chosen : end === null ? [] : [end];
  if (ports.most === 0 || before.length === 0) return place(scene, node, besides(scene));
  if (before.length > 1 && ports.most !== 1) {
    const sources = before.slice(0, ports.most ?? before.length);
    const edges = sources.map((source, port) => ({ source, target: node.id, port }));
    return place(scene, node, below(scene, sources), edges);
  }
  const last = lowest(scene, before);
  const [follower, ...others] = outOf(doc, last);
  if (follower && others.length === 0 && chosen.length === 1) return insert(scene, node, follower);
  const block = selected.includes(last) ? inBlock(doc, last) : null;
  return place(scene, node, below(scene, [last]), [{ source: last, target: node.id, port: 0 }], block);
}

/** The node that a layer which is added comes to stand behind, where it is one: the selected one, else the end of the main chain. */
export function continued(doc: Doc, selected: readonly string[]): string | null {
  const [only, ...more] = selected;
  if (only === undefined) return chainEnd(doc);
  return more.length === 0 ? exitOf(doc, only) : null;
}

/** Add a layer at a point, on its own or, where `from` is given, fed by that node. */
export function addAt(scene: Scene, kind: string, at: Position, from?: string): Made {
  const node = newNode(scene, kind);
  const position = { x: snap(at.x - NODE_WIDTH / 2), y: snap(at.y) };
  const joins = from !== undefined && scene.catalog.get(kind).ports.most !== 0;
  const edges = joins ? [{ source: exitOf(scene.doc, from), target: node.id, port: 0 }] : [];
  return place(scene, node, position, edges, frameAt(scene, at));
}

/** Add a layer at a point that feeds a node; an input that takes one edge gives up the one it had. */
export function addBefore(scene: Scene, kind: string, at: Position, target: string, port: number | null): Made | null {
  const node = newNode(scene, kind);
  const grown = { ...scene, doc: { ...scene.doc, nodes: [...scene.doc.nodes, node] } };
  const made = connect(grown, node.id, target, port);
  if (made === null) return null;
  const position = { x: snap(at.x - NODE_WIDTH / 2), y: snap(at.y - NODE_HEIGHT) };
  const block = frameAt(scene, at);
  const added: Edit = { op: "add_node", node, position, edges: [], ...(block !== null && { block }) };
  const edits = [added, ...(made.op === "batch" ? made.edits : [made])];
  return { edit: settled(scene, { op: "batch", edits }), select: [node.id] };
}

/** Add a layer into an edge; one that takes no input is put beside it. */
export function addOnEdge(scene: Scene, kind: string, edge: Edge): Made {
  const node = newNode(scene, kind);
  if (scene.catalog.get(kind).ports.most === 0) return place(scene, node, besides(scene));
  return insert(scene, node, edge);
}

/** The innermost open block at a point. */
function frameAt(scene: Scene, { x, y }: Position): string | null {
  const { open } = drawing(scene.doc);
  const around = frames(open, scene.boxes);
  const hit = open.filter(({ id }) => {
    const frame = around.get(id);
    return frame && x >= frame.x && x <= frame.x + frame.width && y >= frame.y && y <= frame.y + frame.height;
  });
  return hit.at(-1)?.id ?? null;
}

function place(scene: Scene, node: Node, position: Position, edges: Edge[] = [], block: string | null = null): Made {
  const added: Edit = { op: "add_node", node, position, edges, ...(block !== null && { block }) };
  return { edit: settled(scene, added), select: [node.id] };
}

/** Put a node into an edge and push what follows down where there is no room. */
function insert(scene: Scene, node: Node, edge: Edge): Made {
  const { doc } = scene;
  const source = boxOf(scene, edge.source);
  const target = boxOf(scene, edge.target);
  if (!source || !target)
    return place(scene, node, besides(scene), [{ source: edge.source, target: node.id, port: 0 }]);
  const { height, gap } = cell(scene);
  const top = Math.round(source.y + source.height + gap);
  const lack = Math.max(0, Math.round(top + height + gap - target.y));
  const moves: Record<string, Position> = {};
  if (lack > 0) {
    for (const id of [edge.target, ...descendants(doc, edge.target)].map(drawing(doc).of)) {
      const box = scene.boxes.get(id);
      if (box) moves[id] = { x: Math.round(box.x), y: Math.round(box.y + lack) };
    }
  }
  const block = sharedBlock(doc, edge.source, edge.target);
  const middle = lack > 0 ? top : Math.round((source.y + source.height + target.y - height) / 2);
  const edits: Edit[] = [
    { op: "disconnect", edge },
    {
      op: "add_node",
      node,
      position: { x: Math.round((source.x + target.x) / 2), y: middle },
      edges: [
        { source: edge.source, target: node.id, port: 0 },
        { source: node.id, target: edge.target, port: edge.port },
      ],
      ...(block !== null && { block }),
    },
  ];
  if (Object.keys(moves).length > 0) edits.push({ op: "move", positions: carried(doc, moves, scene.boxes) });
  return { edit: settled(scene, { op: "batch", edits }), select: [node.id] };
}

function lowest(scene: Scene, nodes: readonly string[]): string {
  const height = (id: string): number => boxOf(scene, id)?.y ?? 0;
  return nodes.reduce((one, other) => (height(other) >= height(one) ? other : one));
}

function below(scene: Scene, nodes: readonly string[]): Position {
  const found = nodes.map((id) => boxOf(scene, id)).filter((box) => box !== undefined);
  const x = found.reduce((sum, box) => sum + box.x, 0) / Math.max(found.length, 1);
  const y = Math.max(...nodes.map((id) => bottom(scene, id)), 0) + cell(scene).gap;
  return free(scene, { x: Math.round(x), y: Math.round(y) }, nodes.map(drawing(scene.doc).of));
}

function bottom(scene: Scene, id: string): number {
  const box = boxOf(scene, id);
  if (!box) return 0;
  return box.y + (outOf(scene.doc, id).length === 0 ? (box.lasting ?? box.height) : box.height);
}

/** Right of everything, at the top. */
function besides(scene: Scene): Position {
  const boxes = [...scene.boxes.values()];
  if (boxes.length === 0) return { x: 0, y: 0 };
  return {
    x: Math.round(Math.max(...boxes.map((box) => box.x + box.width)) + cell(scene).gap),
    y: Math.round(Math.min(...boxes.map((box) => box.y))),
  };
}

/** The nearest place to the right that no node but those of `ignored` covers. */
function free(scene: Scene, at: Position, ignored: readonly string[]): Position {
  const boxes = [...scene.boxes].filter(([id]) => !ignored.includes(id)).map(([, box]) => box);
  const { width, height } = cell(scene);
  const box = { ...at, width, height: height - 12 };
  while (overlapsAny(box, boxes)) box.x += width + GRID * 2;
  return { x: box.x, y: box.y };
}

/** The nearest free place at this height, to either side. */
function nearest(scene: Scene, at: Position, ignored: readonly string[]): Position {
  const boxes = [...scene.boxes].filter(([id]) => !ignored.includes(id)).map(([, box]) => box);
  const { width, height } = cell(scene);
  for (let distance = 0; ; distance += 2 * GRID) {
    for (const x of [at.x + distance, at.x - distance]) {
      if (!overlapsAny({ x, y: at.y, width, height }, boxes)) return { x, y: at.y };
    }
  }
}

/**
 * Connect two nodes; `port` null means the next free input. An input that takes one edge gives up the edge it had.
 * A cycle is left for the edit to refuse, with its reason.
 */
export function connect(scene: Scene, from: string, to: string, port: number | null): Edit | null {
  const { doc, catalog } = scene;
  const source = exitOf(doc, from);
  const target = entryOf(doc, catalog, to);
  const kind = doc.nodes.find((node) => node.id === target)?.kind;
  if (kind === undefined) return null;
  const { ports } = catalog.get(kind);
  if (ports.most === 0) return null;
  const next = freePort(doc, target);
  const chosen = port ?? (ports.most !== null && next >= ports.most ? ports.most - 1 : next);
  const edge = { source, target, port: chosen };
  const old = doc.edges.find((other) => other.target === target && other.port === chosen);
  if (!old || sameEdge(old, edge) || closesCycle(doc, source, target)) return { op: "connect", edge };
  return {
    op: "batch",
    edits: [
      { op: "disconnect", edge: old },
      { op: "connect", edge },
    ],
  };
}

/** Connect two nodes through new layers, which stand above the target; what is in their way moves down. */
export function connectThrough(
  scene: Scene,
  source: string,
  target: string,
  port: number | null,
  layers: readonly (readonly [string, Record<string, unknown>])[],
): Made | null {
  const made = connect(scene, source, target, port);
  const edits: Edit[] = made === null ? [] : made.op === "batch" ? [...made.edits] : [made];
  const last = edits.pop();
  const [from, to] = [boxOf(scene, source), boxOf(scene, target)];
  if (last?.op !== "connect" || !from || !to) return null;
  const names = ids(scene.doc);
  const { height, gap } = cell(scene);
  const step = height + gap;
  const start = Math.round(bottom(scene, source) + gap);
  const lack = Math.max(0, Math.round(start + layers.length * step - to.y));
  const { of } = drawing(scene.doc);
  const moved = lack > 0 ? [...new Set([target, ...descendants(scene.doc, last.edge.target)].map(of))] : [];
  const top = Math.max(start, Math.round(to.y + lack - layers.length * step));
  const x = into(scene.doc, target).length > 0 ? Math.round(from.x) : Math.round((from.x + to.x) / 2);
  const place = nearest(scene, { x, y: top }, moved);
  let end = last.edge.source;
  const select: string[] = [];
  layers.forEach(([kind, params], index) => {
    const id = newId(kind, names);
    names.add(id);
    select.push(id);
    edits.push({
      op: "add_node",
      node: { id, kind, params: structuredClone(params) },
      position: { x: place.x, y: place.y + index * step },
      edges: [{ source: end, target: id, port: 0 }],
    });
    end = id;
  });
  edits.push({ op: "connect", edge: { ...last.edge, source: end } });
  const positions: Record<string, Position> = {};
  for (const id of moved) {
    const box = scene.boxes.get(id);
    if (box) positions[id] = { x: Math.round(box.x), y: Math.round(box.y + lack) };
  }
  if (moved.length > 0) edits.push({ op: "move", positions });
  return { edit: settled(scene, { op: "batch", edits }), select };
}

/** Hang an edge onto another node or input. */
export function reconnect(scene: Scene, edge: Edge, source: string, target: string, port: number | null): Edit | null {
  const rest: Doc = { ...scene.doc, edges: scene.doc.edges.filter((other) => !sameEdge(other, edge)) };
  // The end that stays is the layer it was, also where a folded block is seen in its place.
  const { of } = drawing(scene.doc);
  const from = source === of(edge.source) ? edge.source : source;
  const to = target === of(edge.target) ? edge.target : target;
  const made = connect({ ...scene, doc: rest }, from, to, to === edge.target && target !== to ? edge.port : port);
  if (made === null) return null;
  const edits = made.op === "batch" ? made.edits : [made];
  if (edits.length === 1 && edits[0]?.op === "connect" && sameEdge(edits[0].edge, edge)) return null;
  return { op: "batch", edits: [{ op: "disconnect", edge }, ...edits] };
}

/** Remove nodes and edges. What fed a removed node feeds what followed it, so that a chain stays a chain. */
export function removal(doc: Doc, nodes: readonly string[], edges: readonly Edge[], join = true): Edit | null {
  if (nodes.length === 0 && edges.length === 0) return null;
  const removal: Edit = { op: "remove", nodes: [...nodes], edges: [...edges] };
  if (!join) return removal;
  const gone = new Set(nodes);
  let left = doc.edges.filter((edge) => !edges.some((other) => sameEdge(edge, other)));
  const added: Edge[] = [];
  for (const id of nodes) {
    const part = new Set(isBlock(doc, id) ? inside(doc, id) : [id]);
    part.forEach((member) => gone.add(member));
    const [feeding, ...more] =
      part.size > 1
        ? entries({ ...doc, edges: left }, part)
        : left.filter((edge) => part.has(edge.target)).map(({ source }) => source);
    const fed = left.filter((edge) => part.has(edge.source) && !part.has(edge.target));
    left = left.filter((edge) => !part.has(edge.source) && !part.has(edge.target));
    if (feeding === undefined || more.length > 0) continue;
    const open: Doc = { ...doc, edges: left };
    const bridges = fed
      .filter(({ target }) => !closesCycle(open, feeding, target))
      .map((edge) => ({ ...edge, source: feeding }));
    left.push(...bridges);
    added.push(...bridges);
  }
  const lasting = added.filter((edge) => !gone.has(edge.source) && !gone.has(edge.target));
  if (lasting.length === 0) return removal;
  return { op: "batch", edits: [removal, ...lasting.map((edge): Edit => ({ op: "connect", edge }))] };
}

/** The nodes that a keyboard connection from this node can reach, nearest below first. */
export function targetsOf(scene: Scene, from: string): string[] {
  const { doc, catalog, boxes } = scene;
  const source = exitOf(doc, from);
  const { of, flat } = drawing(doc);
  const start = boxes.get(of(from));
  const distance = (id: string): number => {
    const box = boxes.get(id);
    if (!box || !start) return 0;
    return Math.hypot(box.x - start.x, box.y - start.y) + (box.y < start.y ? 1_000_000 : 0);
  };
  const takes = (id: string): boolean => {
    const target = doc.nodes.find((node) => node.id === entryOf(doc, catalog, id));
    if (!target || id === from) return false;
    const { most } = catalog.get(target.kind).ports;
    if (most === 0 || closesCycle(doc, source, target.id)) return false;
    return most !== 1 || !into(doc, target.id).some((edge) => edge.source === source);
  };
  return flat.nodes
    .map(({ id }) => id)
    .filter(takes)
    .sort((one, other) => distance(one) - distance(other));
}
