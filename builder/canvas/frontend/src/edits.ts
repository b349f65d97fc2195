/** Edits as values, with the meaning that `builder/document/edit.py` gives them. */

import { closesCycle, EMPTY, sameEdge, type Block, type Doc, type Edge, type Node, type Position } from "./graph";
import * as structure from "./structure";
import { EditError } from "./structure";

export { EditError };

/** Nodes, edges and blocks to insert: what was copied, or a ready block. */
export type Part = Pick<Doc, "nodes" | "edges"> & Partial<Doc>;

export type Edit =
  | { op: "add_node"; node: Node; position?: Position | null; edges?: Edge[]; block?: string | null }
  | { op: "remove"; nodes?: string[]; edges?: Edge[] }
  | { op: "connect"; edge: Edge }
  | { op: "disconnect"; edge: Edge }
  | { op: "move"; positions: Record<string, Position> }
  | { op: "set_param"; node: string; name: string; value: unknown }
  | { op: "reset_param"; node: string; name: string }
  | { op: "rename"; node: string; to: string }
  | { op: "switch"; nodes: string[]; name: "frozen" | "bypassed"; value: boolean }
  | { op: "share"; node: string; with: string | null }
  | { op: "group"; block: NewBlock; folded?: boolean; position?: Position | null }
  | { op: "ungroup"; block: string }
  | { op: "nest"; members: string[]; block: string | null }
  | { op: "set_block"; block: string; name?: string; repeat?: number }
  | { op: "fold"; block: string; folded: boolean; position?: Position | null }
  | { op: "unroll"; block: string }
  | { op: "insert"; part: Part; position?: Position | null; edges?: Edge[]; block?: string | null }
  | { op: "set"; path: string; value: unknown }
  | { op: "replace"; document: Replacement }
  | { op: "batch"; edits: Edit[] };

type NewBlock = Omit<Block, "repeat"> & { repeat?: number };

interface Replacement {
  model: { nodes?: Node[]; edges?: Edge[]; blocks?: NewBlock[] };
  layout?: Record<string, Position>;
  folded?: string[];
}

/** The document after the edit; `EditError` where the edit cannot be done. */
export function applyEdit(doc: Doc, edit: Edit): Doc {
  switch (edit.op) {
    case "add_node":
      return addNode(doc, edit.node, edit.position ?? null, edit.edges ?? [], edit.block ?? null);
    case "remove":
      return structure.without(doc, edit.nodes ?? [], edit.edges ?? []);
    case "connect":
      return connect(doc, edit.edge);
    case "disconnect":
      return structure.without(doc, [], [edit.edge]);
    case "move":
      return move(doc, edit.positions);
    case "set_param":
      return setParams(doc, edit.node, (params) => ({ ...params, [edit.name]: edit.value }));
    case "reset_param":
      return setParams(doc, edit.node, ({ [edit.name]: _, ...params }) => params);
    case "rename":
      return rename(doc, edit.node, edit.to);
    case "set":
      return doc; // outside the graph: the canvas does not draw it
    case "switch":
      return switched(doc, edit.nodes, edit.name, edit.value);
    case "share":
      return structure.sharing(doc, edit.node, edit.with);
    case "group": {
      const grouped = structure.grouped(doc, { ...edit.block, repeat: edit.block.repeat ?? 1 });
      return fold(grouped, edit.block.id, edit.folded ?? false, edit.position ?? null);
    }
    case "ungroup":
      return structure.ungrouped(doc, edit.block);
    case "nest":
      return structure.nested(doc, edit.members, edit.block);
    case "set_block":
      return structure.setBlock(doc, edit.block, edit.name, edit.repeat);
    case "fold":
      return fold(doc, edit.block, edit.folded, edit.position ?? null);
    case "unroll":
      return structure.unrolled(doc, edit.block);
    case "insert":
      return insert(doc, edit.part, edit.position ?? null, edit.edges ?? [], edit.block ?? null);
    case "replace": {
      const { model, layout, folded } = edit.document;
      return {
        nodes: (model.nodes ?? []).map(structure.whole),
        edges: (model.edges ?? []).map((edge) => ({ ...edge, port: edge.port ?? 0 })),
        blocks: (model.blocks ?? []).map((block) => ({ ...block, repeat: block.repeat ?? 1 })),
        layout: layout ?? {},
        folded: folded ?? [],
      };
    }
    case "batch":
      return edit.edits.reduce(applyEdit, doc);
  }
}

function addNode(doc: Doc, node: Node, position: Position | null, edges: Edge[], block: string | null): Doc {
  const added = structure.withNodes(doc, [node]);
  const placed = block === null ? added : structure.joined(added, block, [node.id]);
  return edges.reduce(connect, position ? move(placed, { [node.id]: position }) : placed);
}

function insert(doc: Doc, given: Part, position: Position | null, edges: Edge[], block: string | null): Doc {
  const part: Doc = { ...EMPTY, ...given };
  const added = structure.withNodes(doc, part.nodes, part.blocks);
  const inner = new Set(part.blocks.flatMap(({ members }) => members));
  const own = [...part.nodes, ...part.blocks].map(({ id }) => id);
  const joined = block === null ? added : structure.joined(added, block, own.filter((id) => !inner.has(id)));
  const folded = part.blocks.map(({ id }) => id).filter((id) => part.folded.includes(id));
  const drawn = { ...joined, folded: [...joined.folded, ...folded] };
  const layout = Object.entries(part.layout).filter(([id]) => own.includes(id));
  return [...part.edges, ...edges].reduce(connect, move(drawn, shifted(layout, position)));
}

/** Positions with their upper left corner elsewhere. */
function shifted(layout: [string, Position][], to: Position | null): Record<string, Position> {
  if (to === null || layout.length === 0) return Object.fromEntries(layout);
  const left = Math.min(...layout.map(([, at]) => at.x));
  const top = Math.min(...layout.map(([, at]) => at.y));
  return Object.fromEntries(layout.map(([id, at]) => [id, { x: at.x - left + to.x, y: at.y - top + to.y }]));
}

function switched(doc: Doc, ids: string[], name: "frozen" | "bypassed", value: boolean): Doc {
  const changed = new Set(
    ids.map((id) => (name === "bypassed" ? structure.known(doc, id) : structure.owner(doc, id)).id),
  );
  return {
    ...doc,
    nodes: doc.nodes.map((node) => (changed.has(node.id) ? structure.whole({ ...node, [name]: value }) : node)),
  };
}

function fold(doc: Doc, id: string, folded: boolean, position: Position | null): Doc {
  structure.block(doc, id);
  const others = doc.folded.filter((other) => other !== id);
  const drawn = folded === doc.folded.includes(id) ? doc : { ...doc, folded: folded ? [...others, id] : others };
  return position ? move(drawn, { [id]: position }) : drawn;
}

function connect(doc: Doc, edge: Edge): Doc {
  structure.known(doc, edge.source);
  structure.known(doc, edge.target);
  if (doc.edges.some((other) => sameEdge(edge, other))) return doc;
  if (closesCycle(doc, edge.source, edge.target)) {
    throw new EditError(`"${edge.source}" cannot feed "${edge.target}": the network would run in a circle.`);
  }
  return { ...doc, edges: [...doc.edges, { source: edge.source, target: edge.target, port: edge.port ?? 0 }] };
}

function move(doc: Doc, positions: Record<string, Position>): Doc {
  const present = structure.ids(doc);
  const moved = Object.entries(positions).filter(([id, to]) => {
    const from = doc.layout[id];
    return present.has(id) && (from?.x !== to.x || from?.y !== to.y);
  });
  return moved.length ? { ...doc, layout: { ...doc.layout, ...Object.fromEntries(moved) } } : doc;
}

function setParams(doc: Doc, id: string, change: (params: Node["params"]) => Node["params"]): Doc {
  const owner = structure.owner(doc, id);
  return {
    ...doc,
    nodes: doc.nodes.map((node) => (node === owner ? { ...node, params: change(node.params) } : node)),
  };
}

function rename(doc: Doc, from: string, to: string): Doc {
  structure.known(doc, from);
  return from === to ? doc : structure.renamed(doc, from, to);
}

/** Whether an edit changes more than the canvas draws, so that an unchanged graph does not mean that it did nothing. */
export function reachesBeyond(edit: Edit): boolean {
  return edit.op === "set" || edit.op === "replace" || (edit.op === "batch" && edit.edits.some(reachesBeyond));
}
