/** A tensor in words: short on its edge, whole on a card. */

import { count } from "./shapes";

type Shape = readonly (number | null)[];

export interface Axis {
  name: string;
  /** "28", "?" where any length will do, empty for the batch. */
  length: string;
}

/** `28×28×16`, without the batch; `?` for an unknown length; a lone batch axis is `scalar`. */
export function compactShape(shape: Shape): string {
  return shape.length <= 1 ? "scalar" : shape.slice(1).map(lengthText).join("×");
}

const lengthText = (length: number | null): string => (length === null ? "?" : count(length));

/** Every axis with its name, the batch first. */
export function axesOf(shape: Shape, names: readonly string[] = []): Axis[] {
  return shape.map((length, index) =>
    index === 0 ? { name: "batch", length: "" } : { name: names[index - 1] ?? "", length: lengthText(length) },
  );
}

/** "batch × height 28 × width 28 × channels 16, float32, 50.2 kB a sample" */
export function tensorSentence(shape: Shape, names: readonly string[] | undefined, dtype: string | null): string {
  const axes = axesOf(shape, names).map(({ name, length }) => [name, length].filter(Boolean).join(" "));
  return [axes.join(" × "), dtype, sampleSize(shape, dtype)].filter(Boolean).join(", ");
}

/** "12.3 kB a sample", or null where a length or the size of a number is not known. */
export function sampleSize(shape: Shape, dtype: string | null): string | null {
  const each = bytesOf(dtype);
  const lengths = shape.slice(1);
  if (each === null || lengths.includes(null)) return null;
  return `${bytesText(lengths.reduce<number>((all, length) => all * (length ?? 1), each))} a sample`;
}

function bytesOf(dtype: string | null): number | null {
  if (dtype === "bool") return 1;
  const bits = /(?:float|int)(\d+)$/.exec(dtype ?? "")?.[1];
  return bits === undefined ? null : Number(bits) / 8;
}

const UNITS = ["bytes", "kB", "MB", "GB"];

export function bytesText(bytes: number): string {
  let unit = 0;
  let value = bytes;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 100 ? 0 : 1;
  return `${value.toFixed(digits)} ${bytes === 1 ? "byte" : UNITS[unit]}`;
}

/** A share of the whole as "86 %"; what is there but rounds to nothing is "<1 %". */
export function shareText(percent: number): string {
  return percent < 0.5 ? "<1 %" : `${Math.round(percent)} %`;
}
