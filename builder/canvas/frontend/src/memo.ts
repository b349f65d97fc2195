/** Results that are kept while what they were made from stays the very same. */

/** A function that remembers its latest result. */
export function latest<A extends unknown[], R>(make: (...from: A) => R): (...from: A) => R {
  let last: { from: A; result: R } | null = null;
  return (...from) => {
    if (last === null || !same(last.from, from)) last = { from, result: make(...from) };
    return last.result;
  };
}

/** The latest result for each key. */
export class Memo<A extends unknown[], R> {
  private readonly kept = new Map<string, { from: A; result: R }>();

  constructor(private readonly make: (...from: A) => R) {}

  get(key: string, from: A): R {
    const old = this.kept.get(key);
    if (old && same(old.from, from)) return old.result;
    const result = this.make(...from);
    this.kept.set(key, { from, result });
    return result;
  }
}

function same(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((item, index) => Object.is(item, other[index]));
}
