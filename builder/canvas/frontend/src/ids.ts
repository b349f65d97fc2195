/** Node ids as Keras would name the layers: Conv2D -> conv2d, then conv2d_2. */

const LONGEST = 64;

export function snakeCase(kind: string): string {
  return kind
    .replace(/\W+/g, "")
    .replace(/(.)([A-Z][a-z]+)/g, "$1_$2")
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase();
}

/** An id for a new node of this kind that none of `taken` has. */
export function newId(kind: string, taken: ReadonlySet<string>): string {
  return uniqueId(snakeCase(kind).replace(/^[^a-z]+/, "") || "layer", taken);
}

/** `wanted` itself where it is free, else with the lowest free number behind it. */
export function uniqueId(wanted: string, taken: ReadonlySet<string>): string {
  const first = wanted.slice(0, LONGEST);
  if (!taken.has(first)) return first;
  const stem = first.replace(/_\d+$/, "");
  for (let number = 2; ; number += 1) {
    const id = `${stem.slice(0, LONGEST - 1 - String(number).length)}_${number}`;
    if (!taken.has(id)) return id;
  }
}
