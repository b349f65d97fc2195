/** What the document will be once the server has done the waiting changes, as far as the browser can know. */

import { applyEdit, EditError, reachesBeyond, type Edit } from "./edits";
import type { Doc } from "./graph";
import { share } from "./share";
import type { Change } from "./wire";

export interface Replayed {
  doc: Doc;
  /** Steps that "undo" can take back before the server's own history is reached. */
  undoable: number;
  redoable: number;
}

/**
 * The changes applied in turn. One that cannot be done is left out: the server will refuse it and say why.
 *
 * "undo" takes back the latest of these changes. Behind the first of them lies the server's history, which the browser
 * does not have: such an undo shows when the server has done it.
 */
export function replay(start: Doc, changes: readonly Change[]): Replayed {
  let doc = start;
  const past: Doc[] = [];
  let future: Doc[] = [];
  let beyond = 0; // undos that only the server can do
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
        if (later !== undefined) {
          past.push(doc);
          doc = later;
        }
      }
    } else if (change.op !== "keep_block" && change.op !== "forget_block") {
      const next = tryEdit(doc, change);
      if (next === null || (next === doc && !reachesBeyond(change))) continue;
      past.push(doc);
      future = [];
      doc = next;
    }
  }
  return { doc, undoable: past.length, redoable: future.length + beyond };
}

function tryEdit(doc: Doc, edit: Edit): Doc | null {
  try {
    return share(doc, applyEdit(doc, edit));
  } catch (error) {
    if (error instanceof EditError) return null;
    throw error;
  }
}
