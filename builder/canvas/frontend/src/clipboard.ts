/** Layers on the clipboard, as JSON text: an excerpt of a document, so that a whole document can be pasted too. */

import { EMPTY, type Block, type Doc, type Edge, type Node, type Position } from "./graph";
import { whole } from "./structure";

const MAX_NODES = 2_000;
const MAX_TEXT = 16 * 2 ** 20;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;

export function toText(part: Doc): string {
  const { nodes, edges, blocks, layout, folded } = part;
  return JSON.stringify({ format: 1, model: { nodes, edges, blocks }, layout, folded }, null, 2);
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
  const sharing = good.map((node) => apart(node, good));
  const blocks = asBlocks(field(model, "blocks"), ids);
  const edges = field(model, "edges");
  const folded = field(value, "folded");
  const layout = field(value, "layout");
  return {
    ...EMPTY,
    nodes: sharing,
    edges: (Array.isArray(edges) ? edges : [])
      .map(asEdge)
      .filter((edge) => edge !== null && ids.has(edge.source) && ids.has(edge.target)) as Edge[],
    layout: Object.fromEntries(
      [...good, ...blocks].flatMap(({ id }) => {
        const at = asPosition(field(layout, id));
        return at ? [[id, at]] : [];
      }),
    ),
    blocks,
    folded: blocks.map(({ id }) => id).filter((id) => Array.isArray(folded) && folded.includes(id)),
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
  const shares = field(value, "shares");
  return whole({
    id,
    kind,
    params: params as Record<string, unknown>,
    frozen: field(value, "frozen") === true,
    bypassed: field(value, "bypassed") === true,
    shares: typeof shares === "string" ? shares : undefined,
  });
}

/** A node that shares no layer that is not there, or of another kind, or shared itself. */
function apart(node: Node, all: readonly Node[]): Node {
  const owner = all.find((other) => other.id === node.shares);
  return owner && owner.kind === node.kind && !owner.shares ? node : whole({ ...node, shares: undefined });
}

/** The blocks that hold what is there; of two that claim a member the first has it, and circles are left out. */
function asBlocks(value: unknown, nodes: ReadonlySet<string>): Block[] {
  const read = (Array.isArray(value) ? value : []).flatMap((each: unknown): Block[] => {
    const [id, name, members, repeat] = ["id", "name", "members", "repeat"].map((key) => field(each, key));
    if (typeof id !== "string" || !NAME.test(id) || nodes.has(id) || !Array.isArray(members)) return [];
    const title = typeof name === "string" && name.length > 0 ? name.slice(0, 80) : "Block";
    const times = typeof repeat === "number" && Number.isInteger(repeat) ? Math.max(1, Math.min(repeat, 1000)) : 1;
    return [{ id, name: title, members: members.filter((member) => typeof member === "string"), repeat: times }];
  });
  const kept = new Map<string, Block>();
  const held = new Set<string>();
  for (let grown = true; grown; ) {
    grown = false;
    for (const block of read) {
      if (kept.has(block.id) || !block.members.every((id) => nodes.has(id) || kept.has(id) || !isBlock(read, id))) continue;
      const members = block.members.filter((id) => (nodes.has(id) || kept.has(id)) && !held.has(id));
      if (members.length === 0) continue;
      members.forEach((id) => held.add(id));
      kept.set(block.id, { ...block, members: [...new Set(members)] });
      grown = true;
    }
  }
  return read.flatMap(({ id }) => kept.get(id) ?? []).filter((block, index, all) => all.indexOf(block) === index);
}

const isBlock = (blocks: readonly Block[], id: string): boolean => blocks.some((block) => block.id === id);

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
