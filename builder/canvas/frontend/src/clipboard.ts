/** Layers on the clipboard, as JSON text: an excerpt of a document, so that a whole document can be pasted too. */

import { EMPTY, type Doc, type Edge, type Node, type Position } from "./graph";

const MAX_NODES = 2_000;
const MAX_TEXT = 16 * 2 ** 20;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

export function toText(part: Doc): string {
  return JSON.stringify({ format: 1, model: { nodes: part.nodes, edges: part.edges }, layout: part.layout }, null, 2);
}

/** The layers in a text, or a sentence that says why it holds none. */
export function fromText(text: string): Doc | string {
  if (text.length > MAX_TEXT) return "The clipboard holds more than 16 MB, which is too much for layers.";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "The clipboard holds no layers. Copy some on a canvas first.";
  }
  const model = field(value, "model");
  const nodes = field(model, "nodes");
  if (!Array.isArray(nodes)) return "The clipboard holds no layers. Copy some on a canvas first.";
  if (nodes.length > MAX_NODES)
    return `The clipboard holds ${nodes.length} layers; at most ${MAX_NODES} can be pasted.`;
  const read = nodes.map(asNode);
  const bad = read.findIndex((node) => node === null);
  if (bad >= 0) return `Layer ${bad + 1} on the clipboard is damaged: it needs an id and a kind.`;
  const good = read.filter((node) => node !== null);
  const ids = new Set(good.map((node) => node.id));
  if (ids.size < good.length) return "Two layers on the clipboard have the same id.";
  const edges = field(model, "edges");
  const layout = field(value, "layout");
  return {
    ...EMPTY,
    nodes: good,
    edges: (Array.isArray(edges) ? edges : [])
      .map(asEdge)
      .filter((edge) => edge !== null && ids.has(edge.source) && ids.has(edge.target)) as Edge[],
    layout: Object.fromEntries(
      good.flatMap(({ id }) => {
        const at = asPosition(field(layout, id));
        return at ? [[id, at]] : [];
      }),
    ),
  };
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function asNode(value: unknown): Node | null {
  const [id, kind, params] = [field(value, "id"), field(value, "kind"), field(value, "params") ?? {}];
  if (typeof id !== "string" || !NAME.test(id) || typeof kind !== "string" || kind === "") return null;
  if (typeof params !== "object" || params === null || Array.isArray(params)) return null;
  return { id, kind, params: params as Record<string, unknown> };
}

function asEdge(value: unknown): Edge | null {
  const [source, target, port] = [field(value, "source"), field(value, "target"), field(value, "port") ?? 0];
  if (typeof source !== "string" || typeof target !== "string") return null;
  return typeof port === "number" && Number.isInteger(port) && port >= 0 && port < 256
    ? { source, target, port }
    : null;
}

function asPosition(value: unknown): Position | null {
  const [x, y] = [field(value, "x"), field(value, "y")];
  return typeof x === "number" && typeof y === "number" && Number.isFinite(x) && Number.isFinite(y) ? { x, y } : null;
}
