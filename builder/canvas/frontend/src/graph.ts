/** The part of a document that the canvas draws, and questions about it. */

export interface Node {
  id: string;
  kind: string;
  params: Record<string, unknown>;
  /** Its weights stay as they are; absent where it is not so, as are the next two. */
  frozen?: boolean;
  /** It lets its first input through. */
  bypassed?: boolean;
  /** The node whose layer this one applies once more. */
  shares?: string;
}

/** A named part of the network that may stand several times in a row; members are nodes and blocks. */
export interface Block {
  id: string;
  name: string;
  members: readonly string[];
  repeat: number;
}

export interface Edge {
  source: string;
  target: string;
  port: number;
}

export interface Position {
  x: number;
  y: number;
}

export interface Doc {
  nodes: readonly Node[];
  edges: readonly Edge[];
  blocks: readonly Block[];
  layout: Readonly<Record<string, Position>>;
  /** The blocks that are drawn as one box. */
  folded: readonly string[];
}

export const EMPTY: Doc = { nodes: [], edges: [], blocks: [], layout: {}, folded: [] };

export const edgeId = (edge: Edge): string => `${edge.source}>${edge.target}:${edge.port}`;

export const sameEdge = (one: Edge, other: Edge): boolean =>
  one.source === other.source && one.target === other.target && one.port === other.port;

/** Every node whose output reaches this one. */
export function ancestors(doc: Doc, id: string): Set<string> {
  return reach(doc, id, "target", "source");
}

/** Every node that this one's output reaches. */
export function descendants(doc: Doc, id: string): Set<string> {
  return reach(doc, id, "source", "target");
}

function reach(doc: Doc, id: string, from: "source" | "target", to: "source" | "target"): Set<string> {
  const next = new Map<string, string[]>();
  for (const edge of doc.edges) next.set(edge[from], [...(next.get(edge[from]) ?? []), edge[to]]);
  const found = new Set<string>();
  const queue = [...(next.get(id) ?? [])];
  for (let current = queue.pop(); current !== undefined; current = queue.pop()) {
    if (found.has(current)) continue;
    found.add(current);
    queue.push(...(next.get(current) ?? []));
  }
  return found;
}

export function closesCycle(doc: Doc, source: string, target: string): boolean {
  return source === target || ancestors(doc, source).has(target);
}

/** Whether some nodes feed each other in a circle. */
export const hasCycle = (doc: Doc): boolean => inOrder(doc).length < doc.nodes.length;

/** Ids so that sources come before targets; nodes on or behind a cycle come last, as they are stored. */
export function order(doc: Doc): string[] {
  const done = inOrder(doc);
  const placed = new Set(done);
  return [...done, ...doc.nodes.map((node) => node.id).filter((id) => !placed.has(id))];
}

/** Ids so that sources come before targets, without nodes on or behind a cycle. */
function inOrder(doc: Doc): string[] {
  const waiting = new Map(doc.nodes.map((node) => [node.id, 0]));
  const followers = new Map<string, string[]>();
  for (const edge of doc.edges) {
    waiting.set(edge.target, (waiting.get(edge.target) ?? 0) + 1);
    followers.set(edge.source, [...(followers.get(edge.source) ?? []), edge.target]);
  }
  const done = doc.nodes.filter((node) => waiting.get(node.id) === 0).map((node) => node.id);
  for (let index = 0; index < done.length; index += 1) {
    for (const follower of followers.get(done[index] ?? "") ?? []) {
      const left = (waiting.get(follower) ?? 0) - 1;
      waiting.set(follower, left);
      if (left === 0) done.push(follower);
    }
  }
  return done;
}

/** The output at the end of the longest path, which is where a new layer goes when nothing is selected. */
export function chainEnd(doc: Doc): string | null {
  const depth = new Map<string, number>();
  for (const id of order(doc)) {
    const before = doc.edges.filter((edge) => edge.target === id).map((edge) => depth.get(edge.source) ?? 0);
    depth.set(id, before.length ? Math.max(...before) + 1 : 0);
  }
  const sources = new Set(doc.edges.map((edge) => edge.source));
  let end: string | null = null;
  for (const node of doc.nodes) {
    if (sources.has(node.id)) continue;
    if (end === null || (depth.get(node.id) ?? 0) >= (depth.get(end) ?? 0)) end = node.id;
  }
  return end;
}

/** The lowest input number that no edge uses. */
export function freePort(doc: Doc, target: string): number {
  const taken = new Set(doc.edges.filter((edge) => edge.target === target).map((edge) => edge.port));
  let port = 0;
  while (taken.has(port)) port += 1;
  return port;
}

/** The block that each node or block is directly in; those in none are absent. */
export function parents(doc: Doc): Map<string, string> {
  return new Map(doc.blocks.flatMap((block) => block.members.map((member) => [member, block.id] as const)));
}

/** The ids of all nodes in a block, those of the blocks inside it too. */
export function inside(doc: Doc, blockId: string): string[] {
  const blocks = new Map(doc.blocks.map((block) => [block.id, block]));
  const of = (id: string): string[] => blocks.get(id)?.members.flatMap((m) => (blocks.has(m) ? of(m) : [m])) ?? [];
  return of(blockId);
}

/** The block and those inside it, as they are stored. */
export function blocksWithin(doc: Doc, blockId: string): string[] {
  const above = parents(doc);
  return doc.blocks
    .map(({ id }) => id)
    .filter((id) => {
      let at: string | undefined = id;
      while (at !== undefined && at !== blockId) at = above.get(at);
      return at !== undefined;
    });
}

/** The nodes outside that feed a part, in the order in which they were connected. */
export function entries(doc: Doc, part: ReadonlySet<string>): string[] {
  const fed = doc.edges.filter((edge) => part.has(edge.target) && !part.has(edge.source));
  return [...new Set(fed.map((edge) => edge.source))];
}

/** The nodes of a part that feed others outside, or that nothing follows, in their order. */
export function exits(doc: Doc, part: ReadonlySet<string>): string[] {
  const inner = new Set(doc.edges.filter((edge) => part.has(edge.target)).map((edge) => edge.source));
  const outer = new Set(doc.edges.filter((edge) => !part.has(edge.target)).map((edge) => edge.source));
  return doc.nodes.map(({ id }) => id).filter((id) => part.has(id) && (outer.has(id) || !inner.has(id)));
}
