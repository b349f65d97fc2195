/** Structural sharing: `next`, but with every part that equals the one in `previous` replaced by that very object. */

export function share<T>(previous: unknown, next: T): T {
  if (Object.is(previous, next)) return next;
  if (!isContainer(previous) || !isContainer(next) || Array.isArray(previous) !== Array.isArray(next)) return next;
  const before = previous as Record<string, unknown>;
  const after = next as Record<string, unknown>;
  const keys = Object.keys(after);
  let equal = keys.length === Object.keys(before).length;
  const shared = (Array.isArray(next) ? [] : {}) as Record<string, unknown>;
  for (const key of keys) {
    shared[key] = share(before[key], after[key]);
    equal &&= Object.hasOwn(before, key) && Object.is(shared[key], before[key]);
  }
  return (equal ? before : shared) as T;
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
