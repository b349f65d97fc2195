/**
 * Which way data flows over the canvas: down, or to the right.
 *
 * Nothing stores it. Where the layers stand says it, so that whoever opens a network finds handles and edges as its
 * positions need them, and undoing a layout undoes them too. A network without positions follows this browser's habit.
 */

import type { Edit } from "./edits";
import type { Scene } from "./gestures";
import type { Doc, Position } from "./graph";
import type { Box, Boxes } from "./layout";

export type Direction = "down" | "right";

/**
 * A target that begins behind the end of its source stands in that direction; these are the least extents of a
 * node.
 */
const WIDE = 200;
const HIGH = 50;

/** The way that most edges of the stored layout go. */
export function directionOf(doc: Doc, otherwise: Direction): Direction {
  let right = 0;
  for (const { source, target } of doc.edges) {
    const [from, to] = [doc.layout[source], doc.layout[target]];
    if (!from || !to) continue;
    const beside = to.x - from.x >= WIDE;
    const below = to.y - from.y >= HIGH;
    if (beside !== below) right += beside ? 1 : -1;
  }
  return right > 0 ? "right" : right < 0 ? "down" : otherwise;
}

/** The same place in a picture that is turned over its diagonal, where right is down. */
export const turn = <P extends Position>(at: P): P => ({ ...at, x: at.y, y: at.x });

export const turnBox = <B extends Box>(box: B): B => ({ ...turn(box), width: box.height, height: box.width });

export const turnBoxes = (boxes: Boxes): Map<string, Box> =>
  new Map(
    [...boxes].map(([id, box]) => {
      const { lasting: _, ...turned } = turnBox(box); // remarks make a node higher, which is no longer along the flow
      return [id, turned];
    }),
  );

export const turnPlaces = (places: Readonly<Record<string, Position>>): Record<string, Position> =>
  Object.fromEntries(Object.entries(places).map(([id, at]) => [id, turn(at)]));

/** An edit made in the turned picture, as one of the real one. */
export function turnEdit(edit: Edit): Edit {
  if (edit.op === "batch") return { ...edit, edits: edit.edits.map(turnEdit) };
  if (edit.op === "move") return { ...edit, positions: turnPlaces(edit.positions) };
  if (edit.op === "add_node" && edit.position) return { ...edit, position: turn(edit.position) };
  return edit;
}

/** Do a gesture that is written for networks that flow down in one that flows either way. */
export function along<M extends { edit: Edit }>(scene: Scene, gesture: (scene: Scene) => M | null): M | null {
  if (scene.direction !== "right") return gesture(scene);
  const { doc, boxes } = scene;
  const made = gesture({ ...scene, doc: { ...doc, layout: turnPlaces(doc.layout) }, boxes: turnBoxes(boxes) });
  return made && { ...made, edit: turnEdit(made.edit) };
}
