/** Blocks as React Flow draws them: a folded one as a card with handles, an open one as a frame behind its members. */

import type { Node as FlowNode } from "@xyflow/react";
import { exitOf, nodesIn } from "./blocks";
import { drawing } from "./drawing";
import { blocksWithin, inside, type Block, type Doc, type Edge, type Position } from "./graph";
import { count, inCopies, shapeText } from "./shapes";
import { NODE_HEIGHT, NODE_WIDTH } from "./layout";
import type { LayerNode } from "./view";
import { problemsByNode, remarks, type Remark } from "./words";
import type { Problem, Report } from "./wire";

/** What a block adds up to; `parameters` counts every repetition. */
export interface Sum {
  layers: number;
  shape: Report["shape"];
  parameters: number;
  trainable: number;
  remarks: Remark[];
  /** Whether all in it is frozen, or bypassed; a shared layer is frozen with its owner. */
  frozen: boolean;
  bypassed: boolean;
}

export interface BlockData extends Record<string, unknown> {
  block: Block;
  folded: boolean;
  sum: Sum;
  /** What is seen in it while it is open. */
  within: ReadonlySet<string>;
  /** Its name is being typed. */
  naming: boolean;
}

export type BlockNode = FlowNode<BlockData, "block" | "folded">;
export type DrawnNode = LayerNode | BlockNode;

/** The sums of the blocks that are seen, by id. */
export function sums(
  doc: Doc,
  reports: Readonly<Record<string, Report>>,
  problems: readonly Problem[],
): Map<string, Sum> {
  const { open, folded } = drawing(doc);
  const wrong = problemsByNode(problems);
  return new Map([...open, ...folded.values()].map(({ id }) => [id, sumOf(doc, id, reports, wrong)]));
}

function sumOf(
  doc: Doc,
  id: string,
  reports: Readonly<Record<string, Report>>,
  wrong: ReadonlyMap<string, Problem[]>,
): Sum {
  const times = new Map<string, number>();
  for (const within of blocksWithin(doc, id)) {
    const repeat = doc.blocks.find((block) => block.id === within)?.repeat ?? 1;
    for (const node of inside(doc, within)) times.set(node, (times.get(node) ?? 1) * repeat);
  }
  const nodes = nodesIn(doc, [id]);
  const known = new Map(doc.nodes.map((node) => [node.id, node]));
  const owner = (node: string): string => known.get(node)?.shares ?? node;
  // Of a block in a block that repeats, only its own repetitions are counted.
  const held = nodes.map((node) => inCopies(reports[node], times.get(node) ?? 1));
  return {
    layers: nodes.length,
    shape: blockOutput(doc, id, reports),
    parameters: held.reduce((sum, { parameters }) => sum + parameters, 0),
    trainable: held.reduce((sum, { trainable }) => sum + trainable, 0),
    remarks: nodes
      .flatMap((node) =>
        remarks(reports[node], wrong.get(node) ?? []).map((each) => ({ ...each, text: `${node}: ${each.text}` })),
      )
      .sort((one, other) => Number(one.severity === "warning") - Number(other.severity === "warning")),
    frozen: nodes.every((node) => known.get(owner(node))?.frozen === true),
    bypassed: nodes.every((node) => known.get(node)?.bypassed === true),
  };
}

/** What comes out of a block: of its last repetition, within the first of those around it. */
function blockOutput(doc: Doc, id: string, reports: Readonly<Record<string, Report>>): Report["shape"] {
  const exit = exitOf(doc, id);
  const own = blocksWithin(doc, id);
  return leaving(reports[exit], repeating(doc, exit).filter((block) => own.includes(block)).length);
}

/** How many blocks that repeat an edge leaves, where it leaves any: it carries what their last copies put out. */
export function leavingEdges(doc: Doc): ReadonlyMap<Edge, number> {
  const held = doc.blocks.filter(({ repeat }) => repeat > 1).map(({ id }) => new Set(inside(doc, id)));
  const left = new Map<Edge, number>();
  for (const edge of held.length > 0 ? doc.edges : []) {
    const count = held.filter((nodes) => nodes.has(edge.source) && !nodes.has(edge.target)).length;
    if (count > 0) left.set(edge, count);
  }
  return left;
}

/** The shape that a node puts out, or that which leaves so many of the repetitions around it. */
export const leaving = (report: Report | null | undefined, left: number): Report["shape"] =>
  (left > 0 && report?.finals?.[left - 1]) || (report?.shape ?? null);

/** The blocks around a node that repeat. */
function repeating(doc: Doc, node: string): string[] {
  return doc.blocks.filter(({ id, repeat }) => repeat > 1 && inside(doc, id).includes(node)).map(({ id }) => id);
}

const NOTHING: ReadonlySet<string> = new Set();

export function drawFolded(
  block: Block,
  sum: Sum,
  position: Position,
  selected: boolean,
  measured: { width: number; height: number } | null,
  mark: string,
  naming: boolean,
): BlockNode {
  const drawn: BlockNode = {
    id: block.id,
    type: "folded",
    // Not hidden until it is measured: that would take the focus from a block that is folded by key.
    initialWidth: NODE_WIDTH,
    initialHeight: NODE_HEIGHT,
    position,
    selected,
    ariaLabel: blockName(block, sum, true, selected),
    className: mark,
    data: { block, folded: true, sum, naming, within: NOTHING },
  };
  if (measured) drawn.measured = measured;
  return drawn;
}

export function drawFrame(
  block: Block,
  sum: Sum,
  x: number,
  y: number,
  width: number,
  height: number,
  depth: number,
  selected: boolean,
  mark: string,
  naming: boolean,
  within: ReadonlySet<string>,
): BlockNode {
  return {
    id: block.id,
    type: "block",
    position: { x, y },
    width,
    height,
    measured: { width, height },
    selected,
    // A drag of a box selects what is in a frame and not the frame; the title selects it.
    selectable: false,
    connectable: false,
    dragHandle: ".block-title",
    style: { zIndex: depth - 50, pointerEvents: "none" },
    ariaLabel: blockName(block, sum, false, selected),
    className: mark,
    data: { block, folded: false, sum, naming, within },
  };
}

/** "Block Encoder, 4 layers, 6 times, output 12 × 64, 1,234 parameters, folded" */
function blockName(block: Block, sum: Sum, folded: boolean, selected: boolean): string {
  const parts = [`Block ${block.name}`, `${sum.layers} ${sum.layers === 1 ? "layer" : "layers"}`];
  if (block.repeat > 1) parts.push(`${block.repeat} times`);
  if (sum.shape) parts.push(`output ${shapeText(sum.shape)}`);
  if (sum.parameters > 0) parts.push(`${count(sum.parameters)} parameters`);
  parts.push(folded ? "folded" : "open");
  if (folded) for (const remark of sum.remarks) parts.push(`${remark.severity}: ${remark.text}`);
  if (selected) parts.push("selected");
  return parts.join(", ");
}

/** How deep an open block lies in others. */
export function depths(open: readonly Block[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const { id, members } of open) {
    const depth = found.get(id) ?? 0;
    found.set(id, depth);
    for (const member of members) found.set(member, depth + 1);
  }
  return found;
}

export const isOpenBlock = (node: DrawnNode): boolean => node.type === "block";
export const isLayer = (node: DrawnNode): node is LayerNode => node.type === "layer";

/** What the map paints a node with; frames are only lines there. */
export function mapClass(node: DrawnNode): string {
  if (isLayer(node)) return `map-${node.data.remarks[0]?.severity === "error" ? "error" : node.data.layer.family}`;
  const { folded, sum } = node.data;
  if (!folded) return "map-frame";
  return sum.remarks[0]?.severity === "error" ? "map-error" : "map-block";
}
