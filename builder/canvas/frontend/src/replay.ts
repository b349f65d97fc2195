/** What the document will be once the server has done the waiting changes, as far as the browser can know. */

import { applyEdit, EditError, reachesBeyond, type Edit } from "./edits";
import type { Doc } from "./graph";
import { share } from "./share";
import type { Change } from "./wire";

/** The steps of the server's history that the browser has seen: the latest of its past, the next of its future last. */
export interface Steps {
  past: readonly Doc[];
  future: readonly Doc[];
}

export const NO_STEPS: Steps = { past: [], future: [] };

export interface Replayed extends Steps {
  doc: Doc;
  /** Undos, less redos, behind the steps that the browser knows. */
  beyond: number;
  /** Whether a redo led to a state that only the server knows: until it answers, the one before is shown. */
  unseen: boolean;
  /** Whether a change among them has ended what could be redone. */
  edited: boolean;
}

/**
 * The changes applied in turn. One that cannot be done is left out: the server will refuse it and say why.
 *
 * "undo" takes back the latest of these changes, then the known steps. Behind them lies history that only the server
 * has: such an undo shows when the server has done it.
 */
export function replay(start: Doc, changes: readonly Change[], known: Steps = NO_STEPS): Replayed {
  let doc = start;
  const past = [...known.past];
  let future = [...known.future];
  let beyond = 0; // undos that only the server can do
  let unseen = false;
  let edited = false;
  for (const change of changes) {
    if (change.op === "undo") {
      const earlier = past.pop();
      if (earlier === undefined) beyond += 1;
      else {
        future.push(doc);
        doc = earlier;
      }
    } else if (change.op === "redo") {
      if (beyond > 0) beyond -= 1;
      else {
        const later = future.pop();
        past.push(doc);
        if (later === undefined) unseen = true;
        else doc = later;
      }
    } else if (change.op !== "keep_block" && change.op !== "forget_block") {
      const next = tryEdit(doc, change);
      if (next === null || (next === doc && !reachesBeyond(change))) continue;
      past.push(doc);
      future = [];
      edited = true;
      doc = next;
    }
  }
  return { doc, past, future, beyond, unseen, edited };
}

function tryEdit(doc: Doc, edit: Edit): Doc | null {
  try {
    return share(doc, applyEdit(doc, edit));
  } catch (error) {
    if (error instanceof EditError) return null;
    throw error;
  }
}
