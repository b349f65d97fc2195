/** What a node says to people: the lines that it shows, and its name for screen readers. */

import type { Doc, Node } from "./graph";
import { count, shapeText } from "./shapes";
import type { Fix, Problem, Report } from "./wire";

export interface Remark {
  severity: "error" | "warning";
  text: string;
  hint: string | null;
  fix: Fix | null;
  /** Whether it is about the network as it ends, and neither about a parameter nor from Keras. */
  passing: boolean;
}

/** What is wrong with a node, errors first, each message once. Keras' own message is never left out. */
export function remarks(report: Report | undefined, problems: readonly Problem[]): Remark[] {
  const error = report?.error;
  const found: Remark[] = problems.map(({ severity, message, hint, fix, where }) => {
    return { severity, text: message, hint, fix, passing: !error && !where?.startsWith("params") };
  });
  if (error && !found.some(({ text }) => text.includes(error))) {
    found.unshift({ severity: "error", text: error, hint: null, fix: null, passing: false });
  }
  const seen = new Set<string>();
  return found
    .filter(({ text }) => !seen.has(text) && seen.add(text))
    .sort((one, other) => Number(one.severity === "warning") - Number(other.severity === "warning"));
}

export const sentence = (remark: Remark): string => (remark.hint ? `${remark.text} ${remark.hint}` : remark.text);

/** "Conv2D conv, output 26 × 26 × 32, 320 parameters" */
export function ariaName(node: Node, report: Report | undefined, found: readonly Remark[], selected = false): string {
  const parts = [`${node.kind} ${node.id}`];
  if (report?.shape) parts.push(`output ${shapeText(report.shape)}`);
  if (report?.shape) parts.push(`${count(report.parameters)} ${report.parameters === 1 ? "parameter" : "parameters"}`);
  for (const remark of found) parts.push(`${remark.severity}: ${remark.text}`);
  if (selected) parts.push("selected");
  return parts.join(", ");
}

/** The problems of each node, by id; those of an edge count for the node that it feeds only where none is named. */
export function problemsByNode(problems: readonly Problem[]): Map<string, Problem[]> {
  const found = new Map<string, Problem[]>();
  for (const problem of problems) {
    if (problem.node === null) continue;
    found.set(problem.node, [...(found.get(problem.node) ?? []), problem]);
  }
  return found;
}

/** Ids of the edges that lead into trouble: named by a problem, or into a node that Keras refuses. */
export function badEdges(
  doc: Doc,
  problems: readonly Problem[],
  reports: Readonly<Record<string, Report>>,
): Set<string> {
  const bad = new Set<string>();
  for (const { edge, severity } of problems) {
    if (edge && severity === "error") bad.add(`${edge[0]}>${edge[1]}:${edge[2]}`);
  }
  for (const edge of doc.edges) {
    if (reports[edge.target]?.error && reports[edge.source]?.shape)
      bad.add(`${edge.source}>${edge.target}:${edge.port}`);
  }
  return bad;
}
