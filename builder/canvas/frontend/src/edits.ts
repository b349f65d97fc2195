/** Edits as values, with the meaning that `builder/document/edit.py` gives them. */

import { closesCycle, sameEdge, type Doc, type Edge, type Node, type Position } from "./graph";

export type Edit =
  | { op: "add_node"; node: Node; position?: Position | null; edges?: Edge[] }
  | { op: "remove"; nodes?: string[]; edges?: Edge[] }
  | { op: "connect"; edge: Edge }
  | { op: "disconnect"; edge: Edge }
  | { op: "move"; positions: Record<string, Position> }
  | { op: "set_param"; node: string; name: string; value: unknown }
  | { op: "reset_param"; node: string; name: string }
  | { op: "rename"; node: string; to: string }
  | { op: "set"; path: string; value: unknown }
  | { op: "replace"; document: { model: { nodes?: Node[]; edges?: Edge[] }; layout?: Record<string, Position> } }
  | { op: "batch"; edits: Edit[] };

/** An edit that cannot be done; the message is for people. */
export class EditError extends Error {}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

/** The document after the edit; `EditError` where the edit cannot be done. */
export function applyEdit(doc: Doc, edit: Edit): Doc {
  switch (edit.op) {
    case "add_node":
      return addNode(doc, edit.node, edit.position ?? null, edit.edges ?? []);
    case "remove":
      return remove(doc, edit.nodes ?? [], edit.edges ?? []);
    case "connect":
      return connect(doc, edit.edge);
    case "disconnect":
      return remove(doc, [], [edit.edge]);
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
    case "replace":
      return {
        nodes: (edit.document.model.nodes ?? []).map((node) => ({ ...node, params: node.params ?? {} })),
        edges: (edit.document.model.edges ?? []).map((edge) => ({ ...edge, port: edge.port ?? 0 })),
        layout: edit.document.layout ?? {},
      };
    case "batch":
      return edit.edits.reduce(applyEdit, doc);
  }
}

function has(doc: Doc, id: string): boolean {
  return doc.nodes.some((node) => node.id === id);
}

function known(doc: Doc, id: string): void {
  if (!has(doc, id)) throw new EditError(`There is no node "${id}".`);
}

function fresh(doc: Doc, id: string): void {
  if (!NAME.test(id))
    throw new EditError("A node id starts with a letter and has up to 64 letters, digits and underscores.");
  if (has(doc, id)) throw new EditError(`Two nodes have the id "${id}".`);
}

function addNode(doc: Doc, node: Node, position: Position | null, edges: Edge[]): Doc {
  fresh(doc, node.id);
  const added: Doc = { ...doc, nodes: [...doc.nodes, { ...node, params: node.params ?? {} }] };
  return edges.reduce(connect, position ? move(added, { [node.id]: position }) : added);
}

function remove(doc: Doc, nodes: string[], edges: Edge[]): Doc {
  const gone = new Set(nodes);
  const left = doc.nodes.filter((node) => !gone.has(node.id));
  const kept = doc.edges.filter(
    (edge) => !gone.has(edge.source) && !gone.has(edge.target) && !edges.some((other) => sameEdge(edge, other)),
  );
  if (left.length === doc.nodes.length && kept.length === doc.edges.length) return doc;
  return {
    nodes: left,
    edges: kept,
    layout: Object.fromEntries(Object.entries(doc.layout).filter(([id]) => !gone.has(id))),
  };
}

function connect(doc: Doc, edge: Edge): Doc {
  known(doc, edge.source);
  known(doc, edge.target);
  if (doc.edges.some((other) => sameEdge(edge, other))) return doc;
  if (closesCycle(doc, edge.source, edge.target)) {
    throw new EditError(`"${edge.source}" cannot feed "${edge.target}": the network would run in a circle.`);
  }
  return { ...doc, edges: [...doc.edges, { source: edge.source, target: edge.target, port: edge.port ?? 0 }] };
}

function move(doc: Doc, positions: Record<string, Position>): Doc {
  const moved = Object.entries(positions).filter(([id, to]) => {
    const from = doc.layout[id];
    return has(doc, id) && (from?.x !== to.x || from?.y !== to.y);
  });
  return moved.length ? { ...doc, layout: { ...doc.layout, ...Object.fromEntries(moved) } } : doc;
}

function setParams(doc: Doc, id: string, change: (params: Node["params"]) => Node["params"]): Doc {
  known(doc, id);
  return {
    ...doc,
    nodes: doc.nodes.map((node) => (node.id === id ? { ...node, params: change(node.params) } : node)),
  };
}

function rename(doc: Doc, from: string, to: string): Doc {
  known(doc, from);
  if (from === to) return doc;
  fresh(doc, to);
  const name = (id: string): string => (id === from ? to : id);
  return {
    nodes: doc.nodes.map((node) => (node.id === from ? { ...node, id: to } : node)),
    edges: doc.edges.map((edge) => ({ ...edge, source: name(edge.source), target: name(edge.target) })),
    layout: Object.fromEntries(Object.entries(doc.layout).map(([id, at]) => [name(id), at])),
  };
}

/** Whether an edit changes more than the canvas draws, so that an unchanged graph does not mean that it did nothing. */
export function reachesBeyond(edit: Edit): boolean {
  return edit.op === "set" || edit.op === "replace" || (edit.op === "batch" && edit.edits.some(reachesBeyond));
}
