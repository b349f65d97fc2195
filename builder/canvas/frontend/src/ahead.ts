/** Shapes ahead of the page: asked of the server right after an edit, which answers sooner than a run of the script. */

import type { Doc } from "./graph";
import { asDocument, ask, type Settings } from "./question";
import type { Report } from "./wire";

/** The reports of the nodes that are right, or null where there is no answer; what is wrong comes with the page. */
export type Ahead = (doc: Doc, settings: Settings) => Promise<Readonly<Record<string, Report>> | null>;

interface Told {
  output: { shape: (number | null)[]; dtype: string } | null;
  parameters: number;
  trainable: number;
  error: string | null;
  blocked: boolean;
  copies: number;
  finals: { shape: (number | null)[] }[];
  varying?: { parameters: number; trainable: number } | null;
  shared: boolean;
}

/** The page's own answer comes all the same. */
export const askServer: Ahead = async (doc, settings) => {
  const answer = await ask<{ nodes: Record<string, Told> }>("api/analyse", { document: asDocument(doc, settings) });
  return answer && reportsOf(answer.nodes);
};

export function reportsOf(nodes: Readonly<Record<string, Told>>): Record<string, Report> {
  const found: Record<string, Report> = {};
  for (const [id, { output, finals, error, ...rest }] of Object.entries(nodes)) {
    if (output === null || error !== null) continue;
    found[id] = { ...rest, error, shape: output.shape, dtype: output.dtype, finals: finals.map(({ shape }) => shape) };
  }
  return found;
}

/** What is known with what was told ahead; names of axes stay as long as there are as many. */
export function merged(
  known: Readonly<Record<string, Report>>,
  ahead: Readonly<Record<string, Report>>,
): Record<string, Report> {
  const all = { ...known };
  for (const [id, report] of Object.entries(ahead)) {
    const before = known[id];
    const axes = before?.axes?.length === (report.shape?.length ?? 0) - 1 ? before?.axes : undefined;
    all[id] = axes ? { ...report, axes } : report;
  }
  return all;
}

/** Whether two documents are the same network, wherever its layers stand. */
export const sameNetwork = (one: Doc, other: Doc): boolean =>
  one.nodes === other.nodes && one.edges === other.edges && one.blocks === other.blocks;
