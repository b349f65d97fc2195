/** Which blocks what one drags comes to lie in: a drag into an open frame puts it in, one clearly out of it takes it out. */

import { drawing, frames, seenIn, type Rect } from "./drawing";
import type { Edit } from "./edits";
import { parents, type Doc } from "./graph";

/** How far from the frame that it was in a layer has to be let go to leave it: less only makes room in the block. */
const CLEAR = 60;

/**
 * What moves to another block, as edits: none where everything stays in its own.
 *
 * `boxes` says where everything is seen now, `before` where it stood when the drag began.
 */
export function nesting(
  doc: Doc,
  boxes: ReadonlyMap<string, Rect>,
  before: ReadonlyMap<string, Rect>,
  dragged: readonly string[],
): Extract<Edit, { op: "nest" }>[] {
  const { open } = drawing(doc);
  if (open.length === 0 || dragged.length === 0) return [];
  const hand = new Set(dragged.flatMap((id) => seenIn(doc, id)));
  const above = parents(doc);
  const whole = new Set(open.map(({ id }) => id).filter((id) => seenIn(doc, id).every((each) => hand.has(each))));
  const now = frames(open, boxes);
  const stood = frames(open, before);
  // What is moved as a whole goes nowhere by itself, and nothing that is moved can go into it.
  const around = open.flatMap(({ id }) => (whole.has(id) ? [] : [{ id, frame: stood.get(id) }]));
  const within = (id: string, outer: string): boolean => {
    let at: string | undefined = id;
    while (at !== undefined && at !== outer) at = above.get(at);
    return at !== undefined;
  };
  const moves = new Map<string | null, string[]>();
  for (const id of [...hand, ...whole]) {
    const home = above.get(id) ?? null;
    const rect = boxes.get(id) ?? now.get(id);
    if (!rect || (home !== null && whole.has(home))) continue;
    const hit = around.filter(({ frame }) => frame && holds(frame, rect)).at(-1)?.id ?? null;
    let target = home;
    if (hit !== null && (home === null || !within(home, hit))) target = hit;
    else while (target !== null && apart(stood.get(target), rect)) target = above.get(target) ?? null;
    if (target !== home) moves.set(target, [...(moves.get(target) ?? []), id]);
  }
  return [...moves].map(([block, members]) => ({ op: "nest", members, block }));
}

/** Whether the middle of a rectangle lies in a frame. */
function holds(frame: Rect, { x, y, width, height }: Rect): boolean {
  const [across, down] = [x + width / 2, y + height / 2];
  return across >= frame.x && across <= frame.x + frame.width && down >= frame.y && down <= frame.y + frame.height;
}

function apart(frame: Rect | undefined, { x, y, width, height }: Rect): boolean {
  if (!frame) return false;
  const [left, right] = [frame.x - (x + width), x - (frame.x + frame.width)];
  const [over, under] = [frame.y - (y + height), y - (frame.y + frame.height)];
  return Math.max(left, right, over, under) > CLEAR;
}
