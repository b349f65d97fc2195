/** What Python and the browser say to each other; `builder/canvas/wire.py` holds the same types. */

import type { Block, Edge, Node, Position } from "./graph";
import type { Edit, Part } from "./edits";

export interface Report {
  shape: (number | null)[] | null;
  dtype: string | null;
  parameters: number;
  trainable: number;
  error: string | null;
  blocked: boolean;
  /** How often it stands in the network: several times in a block that repeats, never where it feeds only what is bypassed. */
  copies: number;
  /** What all copies hold together, where that is not as often what the first one holds. */
  varying?: { parameters: number; trainable: number } | null;
  /** The shapes that leave each repetition around it, inner first, where any differs from what the first puts out. */
  finals?: (number | null)[][];
  /** Whether its layer is another's, whose parameters are counted there. */
  shared: boolean;
  /** What the axes are called, the batch left out; none where that is not known. */
  axes?: string[];
}

export interface Fix {
  label: string;
  edits: Edit[];
}

export interface Problem {
  code: string;
  message: string;
  hint: string | null;
  severity: "error" | "warning";
  node: string | null;
  edge: [string, string, number] | null;
  where: string | null;
  fix: Fix | null;
}

export interface ShelfBlock {
  id: string;
  title: string;
  part: Part;
}

export interface Payload {
  /** Changes when another draft comes on screen. */
  draft: string;
  /** Changes when the server has opened the draft anew: after a restart, a lost session or another visit. */
  opening: string;
  /** Grows with every change of the document, undo included, as long as the opening stays the same. */
  revision: number;
  /** By client: the number of the last edit that has been done or refused. */
  acked: Record<string, number>;
  refused: { n: number; message: string }[];
  nodes: Node[];
  edges: Edge[];
  blocks: Block[];
  layout: Record<string, Position>;
  folded: string[];
  reports: Record<string, Report>;
  problems: Problem[];
  /** The person's own blocks. */
  shelf?: ShelfBlock[];
  data?: unknown;
  training?: unknown;
  can_undo: boolean;
  can_redo: boolean;
  select: { token: number; nodes: string[] } | null;
  height: number | "stretch";
}

/** What is said about the person's own blocks, which are no part of the document and of no undo. */
export type ShelfOrder = { op: "keep_block"; block: string } | { op: "forget_block"; id: string };

/** An edit of the document, a step in its history, which only the server knows whole, or a word about the shelf. */
export type Change = Edit | { op: "undo" } | { op: "redo" } | ShelfOrder;

export interface NumberedEdit {
  n: number;
  edit: Change;
}

export interface Sent {
  client: string;
  draft: string;
  /** Every edit without an answer, numbered without gaps: where the server misses earlier ones it waits for them. */
  edits: NumberedEdit[];
  selected: string[];
}
