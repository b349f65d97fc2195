/** Layers on the clipboard, as JSON text: an excerpt of a document, so that a whole document can be pasted too. */

import { damage } from "./damage";
import { EMPTY, type Block, type Doc, type Edge, type Node, type Position } from "./graph";
import { MAX_NODES, whole } from "./structure";

const FORMAT = 1;
const MAX_DEPTH = 30;
const MOST_TOLD = 3;
const MAX_TEXT = 16 * 2 ** 20;
const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const FIELDS = ["id", "kind", "params", "frozen", "bypassed", "shares"];
/** What a whole document has besides its network. */
const DOCUMENT_ONLY = ["data", "training"];
/** Half of a character that takes two places, which no text can hold. */
const HALF = /\p{Surrogate}/u;
const HALVES = /\p{Surrogate}/gu;
const NO_LAYERS = "The clipboard holds no layers. Copy some on a canvas first.";

export function toText(part: Doc): string {
  const { nodes, edges, blocks, layout, folded } = part;
  return JSON.stringify({ format: FORMAT, model: { nodes, edges, blocks }, layout, folded }, null, 2);
}

/** What a text holds, and what of it cannot be kept, in words. */
export interface Clipped {
  part: Doc;
  left: string[];
}

/** Something on the clipboard that nothing can be pasted of; the message is for people. */
class Unfit extends Error {}

/** The layers in a text, or a sentence that says why none of it can be pasted. */
export function fromText(text: string): Clipped | string {
  if (text.length > MAX_TEXT) return "The clipboard holds more than 16 MB, which is too much for layers.";
  try {
    return read(parsed(text.replace(/^\ufeff/, "")));
  } catch (error) {
    if (error instanceof Unfit) return error.message;
    throw error;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    if (!/^\s*[{[]/.test(text)) throw new Unfit(NO_LAYERS);
    throw new Unfit(
      `What is on the clipboard is damaged at ${damage(text) ?? "an unknown place"}. Nothing was pasted.`,
    );
  }
}

function read(value: unknown): Clipped {
  const model = field(value, "model");
  const nodes = field(model, "nodes");
  if (model !== undefined) knownFormat(field(value, "format"));
  if (!Array.isArray(nodes) || nodes.length === 0) throw new Unfit(NO_LAYERS);
  if (nodes.length > MAX_NODES)
    throw new Unfit(`The clipboard holds ${large(nodes.length)} layers; at most ${large(MAX_NODES)} can be pasted.`);
  const left: string[] = [];
  const good = nodes.map((node: unknown, index) => asNode(node, index, left));
  const ids = new Set<string>();
  for (const { id } of good) {
    if (ids.has(id)) throw new Unfit(`Two layers on the clipboard have the same id, "${id}".`);
    ids.add(id);
  }
  const byId = new Map(good.map((node) => [node.id, node]));
  const sharing = good.map((node) => apart(node, byId, left));
  const givenBlocks = list(field(model, "blocks"));
  const blocks = asBlocks(givenBlocks, ids);
  const lost = givenBlocks.length - blocks.length;
  if (lost > 0) left.push(counted(lost, "damaged block"));
  const givenEdges = list(field(model, "edges"));
  const edges = givenEdges
    .map(asEdge)
    .filter((edge) => edge !== null && ids.has(edge.source) && ids.has(edge.target)) as Edge[];
  const loose = givenEdges.length - edges.length;
  if (loose > 0) left.push(`${counted(loose, "connection")} that ${loose === 1 ? "leads" : "lead"} nowhere`);
  if (DOCUMENT_ONLY.some((name) => field(value, name) != null)) left.push("the data set and the training settings");
  const folded = list(field(value, "folded"));
  const layout = field(value, "layout");
  const part = {
    ...EMPTY,
    nodes: sharing,
    edges,
    layout: Object.fromEntries(
      [...good, ...blocks].flatMap(({ id }) => {
        const at = asPosition(field(layout, id));
        return at ? [[id, at]] : [];
      }),
    ),
    blocks,
    folded: blocks.map(({ id }) => id).filter((id) => folded.includes(id)),
  };
  return { part, left };
}

/** What was left out, as a sentence; null where that is nothing. */
export function leftOut(left: readonly string[]): string | null {
  if (left.length === 0) return null;
  const more = left.length - MOST_TOLD;
  return `Left out: ${left.slice(0, MOST_TOLD).join("; ")}${more > 0 ? `; and ${large(more)} more` : ""}.`;
}

function knownFormat(format: unknown): void {
  if (format === undefined || format === FORMAT) return;
  if (typeof format === "number" && format > FORMAT)
    throw new Unfit(
      `What is on the clipboard was saved by a newer version of Layerloom: it has format ${format}, and this version ` +
        `reads format ${FORMAT}. Update Layerloom to paste it. Nothing was pasted.`,
    );
  throw new Unfit(
    `What is on the clipboard has the format ${quoted(format)}, and this version of Layerloom ` +
      `reads format ${FORMAT}. Nothing was pasted.`,
  );
}

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const large = (number: number): string => number.toLocaleString("en-US");
const counted = (number: number, what: string): string => `${large(number)} ${what}${number === 1 ? "" : "s"}`;

/** A value as JSON, short enough for a message. */
function quoted(value: unknown): string {
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "[…]" : "{…}";
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function asNode(value: unknown, index: number, left: string[]): Node {
  const [id, kind, params] = [field(value, "id"), field(value, "kind"), field(value, "params") ?? {}];
  const nth = `Layer ${large(index + 1)} on the clipboard`;
  if (id === undefined) throw new Unfit(`${nth} has no id. Nothing was pasted.`);
  if (typeof id !== "string" || !NAME.test(id))
    throw new Unfit(
      `${nth} has the id ${quoted(id)}; an id starts with a letter and has up to 64 letters, digits and underscores. ` +
        "Nothing was pasted.",
    );
  if (typeof kind !== "string" || kind === "" || HALF.test(kind))
    throw new Unfit(
      `${nth}, "${id}", needs a kind such as "Dense"${kind === undefined ? "" : `, and has ${quoted(kind)}`}. ` +
        "Nothing was pasted.",
    );
  if (typeof params !== "object" || params === null || Array.isArray(params))
    throw new Unfit(
      `The parameters of "${id}" on the clipboard are ${quoted(params)}, not names with values. Nothing was pasted.`,
    );
  for (const [name, each] of Object.entries(params)) {
    const fault = HALF.test(name) ? "has half a character in its name" : faultOf(each);
    if (fault)
      throw new Unfit(`The parameter ${quoted(name)} of "${id}" on the clipboard ${fault}. Nothing was pasted.`);
  }
  const shares = field(value, "shares");
  const switches = { frozen: field(value, "frozen"), bypassed: field(value, "bypassed") };
  for (const [name, on] of Object.entries(switches))
    if (on != null && typeof on !== "boolean") left.push(`"${name}" of "${id}", which is ${quoted(on)}`);
  if (shares != null && typeof shares !== "string") left.push(`"shares" of "${id}", which is ${quoted(shares)}`);
  for (const name of Object.keys(value as object))
    if (!FIELDS.includes(name)) left.push(`the field ${quoted(name)} of "${id}"`);
  return whole({
    id,
    kind,
    params: params as Record<string, unknown>,
    frozen: switches.frozen === true,
    bypassed: switches.bypassed === true,
    shares: typeof shares === "string" ? shares : undefined,
  });
}

/** What keeps a parameter's value out of a document, as the server would say; null where nothing does. */
function faultOf(value: unknown): string | null {
  // Level by level: what is nested thousands of levels deep would exhaust the stack.
  let level = [value];
  // The parameters themselves are the first level.
  for (let depth = 1; level.length > 0; depth += 1) {
    for (const each of level) {
      if (typeof each === "number" && !Number.isFinite(each)) return "holds a number that is too large, such as 1e999";
      if (typeof each === "string" && HALF.test(each)) return "holds half a character, which no text can hold";
    }
    const inner = level.filter((each) => typeof each === "object" && each !== null) as object[];
    if (inner.length > 0 && depth >= MAX_DEPTH)
      return `is nested too deep: parameters have at most ${MAX_DEPTH} levels`;
    level = inner.flatMap((each): unknown[] =>
      Array.isArray(each) ? each : [...Object.keys(each), ...Object.values(each)],
    );
  }
  return null;
}

/** A node that shares no layer that is not there, or of another kind, or shared itself. */
function apart(node: Node, all: ReadonlyMap<string, Node>, left: string[]): Node {
  if (!node.shares) return node;
  const owner = all.get(node.shares);
  if (owner && owner !== node && owner.kind === node.kind && !owner.shares) return node;
  left.push(`that "${node.id}" shares the layer of ${quoted(node.shares)}, which is not there or cannot be shared`);
  return whole({ ...node, shares: undefined });
}

/** The blocks that hold what is there; of two that claim a member the first has it, and circles are left out. */
function asBlocks(value: readonly unknown[], nodes: ReadonlySet<string>): Block[] {
  const read = value.flatMap((each: unknown): Block[] => {
    const [id, name, members, repeat] = ["id", "name", "members", "repeat"].map((key) => field(each, key));
    if (typeof id !== "string" || !NAME.test(id) || nodes.has(id) || !Array.isArray(members)) return [];
    const title =
      typeof name === "string" && name.length > 0 ? name.slice(0, 80).replace(HALVES, "") || "Block" : "Block";
    const times = typeof repeat === "number" && Number.isInteger(repeat) ? Math.max(1, Math.min(repeat, 1000)) : 1;
    return [{ id, name: title, members: members.filter((member) => typeof member === "string"), repeat: times }];
  });
  const kept = new Map<string, Block>();
  const held = new Set<string>();
  for (let grown = true; grown;) {
    grown = false;
    for (const block of read) {
      if (kept.has(block.id) || !block.members.every((id) => nodes.has(id) || kept.has(id) || !isBlock(read, id)))
        continue;
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
