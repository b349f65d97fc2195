/** What edits do to the structure of a network, with the meaning and the order of `builder/document/structure.py`. */

import {
  blocksWithin,
  entries,
  exits,
  hasCycle,
  inside,
  parents,
  sameEdge,
  type Block,
  type Doc,
  type Edge,
  type Node,
} from "./graph";

/** An edit that cannot be done; the message is for people. */
export class EditError extends Error {}

const NAME = /^[A-Za-z][A-Za-z0-9_]{0,63}$/;
const LONGEST = 64;
export const MAX_NODES = 2_000;
const MAX_REPEAT = 1_000;
const LONGEST_NAME = 80;

export const ids = (doc: Doc): Set<string> => new Set([...doc.nodes, ...doc.blocks].map(({ id }) => id));

export function known(doc: Doc, id: string): Node {
  const node = doc.nodes.find((other) => other.id === id);
  if (!node) throw new EditError(`There is no node "${id}".`);
  return node;
}

export function block(doc: Doc, id: string): Block {
  const found = doc.blocks.find((other) => other.id === id);
  if (!found) throw new EditError(`There is no block "${id}".`);
  return found;
}

/** The node whose layer this one applies: itself, unless it shares another's. */
export function owner(doc: Doc, id: string): Node {
  const node = known(doc, id);
  return node.shares ? known(doc, node.shares) : node;
}

type Raw = { [Key in keyof Node]: Node[Key] | undefined } & { id: string; kind: string };

/** A node as it is saved: with parameters, and without switches that are off. */
export function whole(node: Raw): Node {
  const { id, kind, params, frozen, bypassed, shares } = node;
  return {
    id,
    kind,
    params: params ?? {},
    ...(frozen && { frozen }),
    ...(bypassed && { bypassed }),
    ...(shares && { shares }),
  };
}

function fresh(doc: Doc, id: string): void {
  if (!NAME.test(id))
    throw new EditError("A node id starts with a letter and has up to 64 letters, digits and underscores.");
  if (doc.nodes.some((node) => node.id === id)) throw new EditError(`Two nodes have the id "${id}".`);
  if (doc.blocks.some((other) => other.id === id)) throw new EditError(`The id "${id}" is given twice.`);
}

function proper({ name, repeat }: Block): void {
  if (name.length < 1 || name.length > LONGEST_NAME)
    throw new EditError(`The name of a block has 1 to ${LONGEST_NAME} letters.`);
  if (!Number.isInteger(repeat) || repeat < 1 || repeat > MAX_REPEAT)
    throw new EditError(`A block stands 1 to ${MAX_REPEAT} times in a row.`);
}

export function withNodes(doc: Doc, nodes: readonly Node[], blocks: readonly Block[] = []): Doc {
  let after = doc;
  for (const node of nodes) {
    fresh(after, node.id);
    after = { ...after, nodes: [...after.nodes, whole(node)] };
  }
  for (const made of blocks) {
    const added = { ...made, repeat: made.repeat ?? 1 };
    fresh(after, added.id);
    proper(added);
    after = { ...after, blocks: [...after.blocks, added] };
  }
  if (after.nodes.length > MAX_NODES)
    throw new EditError(`At most ${MAX_NODES} nodes, and this has ${after.nodes.length}.`);
  for (const { id, shares } of nodes) {
    if (!shares) continue;
    const shared = after.nodes.find((node) => node.id === shares);
    if (!shared) throw new EditError(`"${id}" shares the layer of "${shares}", and there is no such node.`);
    if (shared.shares) throw new EditError(`"${id}" shares the layer of "${shares}", which shares another's itself.`);
  }
  return after;
}

/** The document without nodes, blocks and edges. Whoever shared the layer of a removed node takes it over. */
export function without(doc: Doc, removed: readonly string[], edges: readonly Edge[]): Doc {
  const blocks = new Set(doc.blocks.map(({ id }) => id));
  const gone = new Set(removed.flatMap((id) => (blocks.has(id) ? inside(doc, id) : [id])));
  const left = doc.nodes.filter((node) => !gone.has(node.id));
  const kept = doc.edges.filter(
    (edge) => !gone.has(edge.source) && !gone.has(edge.target) && !edges.some((other) => sameEdge(edge, other)),
  );
  if (left.length === doc.nodes.length && kept.length === doc.edges.length) return doc;
  const heirs = new Map<string, string>();
  for (const { id, shares } of left) if (shares && gone.has(shares) && !heirs.has(shares)) heirs.set(shares, id);
  const around = withoutEmpty(doc.blocks, gone);
  const present = new Set([...left, ...around].map(({ id }) => id));
  const lasting = (id: string): boolean => present.has(id) || !(gone.has(id) || blocks.has(id));
  return {
    nodes: left.map((node) => inherited(doc, node, heirs)),
    edges: kept,
    blocks: around,
    layout: Object.fromEntries(Object.entries(doc.layout).filter(([id]) => lasting(id))),
    folded: doc.folded.filter(lasting),
  };
}

function inherited(doc: Doc, node: Node, heirs: ReadonlyMap<string, string>): Node {
  const heir = node.shares && heirs.get(node.shares);
  if (!node.shares || !heir) return node;
  if (heir !== node.id) return { ...node, shares: heir };
  const { params, frozen } = known(doc, node.shares);
  return whole({ ...node, shares: undefined, params, frozen });
}

function withoutEmpty(blocks: readonly Block[], gone: ReadonlySet<string>): readonly Block[] {
  const left = blocks.map((each) => ({ ...each, members: each.members.filter((member) => !gone.has(member)) }));
  const empty = new Set(left.filter(({ members }) => members.length === 0).map(({ id }) => id));
  const lasting = left.filter(({ id }) => !empty.has(id));
  return empty.size > 0 ? withoutEmpty(lasting, empty) : lasting;
}

export function renamed(doc: Doc, from: string, to: string): Doc {
  fresh(doc, to);
  const name = (id: string): string => (id === from ? to : id);
  return {
    nodes: doc.nodes.map((node) =>
      node.id === from ? { ...node, id: to } : node.shares === from ? { ...node, shares: to } : node,
    ),
    edges: doc.edges.map((edge) => ({ ...edge, source: name(edge.source), target: name(edge.target) })),
    blocks: doc.blocks.map((each) => ({ ...each, members: each.members.map(name) })),
    layout: Object.fromEntries(Object.entries(doc.layout).map(([id, at]) => [name(id), at])),
    folded: doc.folded,
  };
}

/** The document with more members in one of its blocks. */
export function joined(doc: Doc, id: string, members: readonly string[]): Doc {
  block(doc, id);
  return {
    ...doc,
    blocks: doc.blocks.map((each) => (each.id === id ? { ...each, members: [...each.members, ...members] } : each)),
  };
}

export function grouped(doc: Doc, made: Block): Doc {
  const present = ids(doc);
  for (const member of made.members)
    if (!present.has(member)) throw new EditError(`There is no node or block "${member}" to group.`);
  if (made.members.length === 0) throw new EditError("A block has at least one member.");
  const above = parents(doc);
  const around = new Set(made.members.map((member) => above.get(member)));
  if (around.size > 1) throw new EditError(`"${made.name}" cannot be grouped: its members are in different blocks.`);
  if (present.has(made.id)) throw new EditError(`The id "${made.id}" is given twice.`);
  proper(made);
  const [parent] = around;
  return { ...doc, blocks: [...inPlace(doc.blocks, parent, made.members, [made.id]), made] };
}

export function ungrouped(doc: Doc, id: string): Doc {
  const { members } = block(doc, id);
  const rest = doc.blocks.filter((each) => each.id !== id);
  return {
    ...doc,
    blocks: inPlace(rest, parents(doc).get(id), [id], members),
    layout: Object.fromEntries(Object.entries(doc.layout).filter(([key]) => key !== id)),
    folded: doc.folded.filter((other) => other !== id),
  };
}

/** Nodes and blocks taken out of where they are, into a block or into none; a block that nothing is left in goes. */
export function nested(doc: Doc, members: readonly string[], into: string | null): Doc {
  const present = ids(doc);
  for (const member of members)
    if (!present.has(member)) throw new EditError(`There is no node or block "${member}" to move.`);
  const above = parents(doc);
  const moved = [...new Set(members.filter((member) => (above.get(member) ?? null) !== into))];
  for (let at = into; at !== null; at = above.get(at) ?? null)
    if (moved.includes(block(doc, at).id)) throw new EditError(`The block "${block(doc, at).name}" cannot go into itself.`);
  if (moved.length === 0) return doc;
  const left = doc.blocks.map((each) => {
    const members = each.members.filter((member) => !moved.includes(member));
    return { ...each, members: each.id === into ? [...members, ...moved] : members };
  });
  const blocks = withoutEmpty(left, new Set());
  const lasting = (id: string): boolean => blocks.some((each) => each.id === id) || !doc.blocks.some((each) => each.id === id);
  return {
    ...doc,
    blocks,
    layout: Object.fromEntries(Object.entries(doc.layout).filter(([id]) => lasting(id))),
    folded: doc.folded.filter(lasting),
  };
}

export function setBlock(doc: Doc, id: string, name?: string, repeat?: number): Doc {
  const before = block(doc, id);
  const after = { ...before, name: name ?? before.name, repeat: repeat ?? before.repeat };
  proper(after);
  return { ...doc, blocks: doc.blocks.map((each) => (each.id === id ? after : each)) };
}

/** A block that repeats, written out as that many blocks in a row, wired as the repetition is. */
export function unrolled(doc: Doc, id: string): Doc {
  const { name: title, repeat } = block(doc, id);
  const members = inside(doc, id);
  const part = new Set(members);
  const within = blocksWithin(doc, id);
  const [sources, ends] = [entries(doc, part), exits(doc, part)];
  const times = sources.length > 0 ? repeat : 1;
  const layers = doc.nodes.length + (times - 1) * members.length;
  if (layers > MAX_NODES)
    throw new EditError(
      `The block "${title}" written out ${times} times makes ${layers.toLocaleString("en-US")} layers; ` +
        `at most ${MAX_NODES.toLocaleString("en-US")} can be drawn. Leave it repeated, or repeat it less often.`,
    );
  const taken = ids(doc);
  const feeds = new Map(sources.slice(0, ends.length).map((source, index) => [source, ends[index] as string]));
  const copied = [...members, ...within];
  const names = [new Map(copied.map((each) => [each, each]))];
  for (let number = 2; number <= times; number += 1)
    names.push(new Map(copied.map((each) => [each, freshCopy(each, number, taken)])));
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  const blocks: Block[] = [];
  for (let copy = 1; copy < names.length; copy += 1) {
    const before = (each: string): string => names[copy - 1]?.get(each) ?? each;
    const name = (each: string): string => names[copy]?.get(each) ?? each;
    for (const node of doc.nodes)
      if (part.has(node.id))
        nodes.push({ ...node, id: name(node.id), ...(node.shares && { shares: name(node.shares) }) });
    for (const edge of doc.edges) {
      if (!part.has(edge.target)) continue;
      const feeding = feeds.get(edge.source);
      const source = part.has(edge.source) ? name(edge.source) : feeding ? before(feeding) : edge.source;
      edges.push({ source, target: name(edge.target), port: edge.port });
    }
    for (const each of doc.blocks)
      if (within.includes(each.id))
        blocks.push({
          ...each,
          id: name(each.id),
          members: each.members.map(name),
          repeat: each.id === id ? 1 : each.repeat,
        });
  }
  const last = (each: string): string => names.at(-1)?.get(each) ?? each;
  const moved = doc.edges.map((edge) =>
    part.has(edge.source) && !part.has(edge.target) ? { ...edge, source: last(edge.source) } : edge,
  );
  const place = doc.nodes.findLastIndex((node) => part.has(node.id)) + 1;
  const row = names.map((name) => name.get(id) as string);
  const kept = inPlace(doc.blocks, parents(doc).get(id), [id], row);
  const folded = names
    .slice(1)
    .flatMap((name) => doc.folded.flatMap((each) => (name.has(each) ? [name.get(each) as string] : [])));
  const written = {
    nodes: [...doc.nodes.slice(0, place), ...nodes, ...doc.nodes.slice(place)],
    edges: [...moved, ...edges],
    blocks: [...kept.map((each) => (each.id === id ? { ...each, repeat: 1 } : each)), ...blocks],
    layout: doc.layout,
    folded: [...doc.folded, ...folded],
  };
  if (hasCycle(written) && !hasCycle(doc))
    throw new EditError(
      `The block "${title}" cannot be written out: its copies would run in a circle. ` +
        "Put what lies between its layers into the block first.",
    );
  return written;
}

export function sharing(doc: Doc, id: string, other: string | null): Doc {
  const node = known(doc, id);
  if (other === null) {
    if (!node.shares) return doc;
    const { params, frozen } = known(doc, node.shares);
    const own = whole({ ...node, shares: undefined, params: structuredClone(params), frozen });
    return { ...doc, nodes: doc.nodes.map((each) => (each === node ? own : each)) };
  }
  const whose = owner(doc, other);
  if (whose.id === id) throw new EditError(`"${id}" cannot share its own layer.`);
  if (whose.kind !== node.kind)
    throw new EditError(
      `"${id}" is a ${node.kind} and cannot share the layer of "${whose.id}", a ${whose.kind}. ` +
        "Layers that share weights are of the same kind.",
    );
  return {
    ...doc,
    nodes: doc.nodes.map((each) =>
      each.id === id || each.shares === id ? whole({ ...each, params: {}, frozen: false, shares: whose.id }) : each,
    ),
  };
}

/** The blocks, with members of one of them replaced by others at the place of the first. */
function inPlace(
  blocks: readonly Block[],
  parent: string | undefined,
  old: readonly string[],
  now: readonly string[],
): Block[] {
  return blocks.map((each) => {
    if (each.id !== parent) return each;
    const place = each.members.findIndex((member) => old.includes(member));
    const rest = each.members.slice(place).filter((member) => !old.includes(member));
    return { ...each, members: [...each.members.slice(0, place), ...now, ...rest] };
  });
}

function freshCopy(wanted: string, number: number, taken: Set<string>): string {
  let end = `_${number}`;
  const named = (): string => wanted.slice(0, LONGEST - end.length) + end;
  while (taken.has(named())) end += "_";
  taken.add(named());
  return named();
}
