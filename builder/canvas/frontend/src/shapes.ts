/** Shapes, counts and parameters as short text. */

import type { Report } from "./wire";

const COUNT = new Intl.NumberFormat("en-US");

export const count = (value: number): string => COUNT.format(value);

/** A shape without its batch axis: `26 × 26 × 32`, with `?` for an unknown length; a lone batch axis is `scalar`. */
export function shapeText(shape: readonly (number | null)[]): string {
  if (shape.length <= 1) return "scalar";
  return shape
    .slice(1)
    .map((length) => (length === null ? "?" : count(length)))
    .join(" × ");
}

const LENGTHS = /size|shape|strides|rate|factor|padding|cropping/;

/** One parameter in a few letters: `filters 32`, `kernel 3 × 3`, `relu`, `no bias`. */
function paramText(name: string, value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "boolean") {
    const words = name.replace(/^use_/, "").replaceAll("_", " ");
    return value ? words : `no ${words}`;
  }
  if (typeof value === "string") return value;
  const short = name.replace(/_size$/, "");
  if (typeof value === "number") return `${short} ${numberText(value)}`;
  if (Array.isArray(value)) {
    const items = value.map((item) => (item === null ? "?" : typeof item === "number" ? numberText(item) : "…"));
    return `${short} ${items.join(LENGTHS.test(name) ? " × " : ", ")}`;
  }
  const { kind, params } = value as { kind?: unknown; params?: Record<string, unknown> };
  if (typeof kind !== "string") return short;
  const inner = paramsText(params ?? {});
  return inner ? `${kind} (${inner})` : kind;
}

function numberText(value: number): string {
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
}

/** What so many copies of a layer hold; where they differ, that is only known of all together. */
export const inCopies = (
  report: Report | null | undefined,
  copies: number,
): { parameters: number; trainable: number } =>
  (copies === report?.copies && report.varying) || {
    parameters: (report?.parameters ?? 0) * copies,
    trainable: (report?.trainable ?? 0) * copies,
  };

/** What a layer adds to the network's parameters: those of all its copies. */
export const inAll = (report: Report | null | undefined): { parameters: number; trainable: number } =>
  inCopies(report, report?.copies ?? 1);

/** The parameters that a node sets, as one line. */
export function paramsText(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .map(([name, value]) => paramText(name, value))
    .filter((text) => text !== null)
    .join(" · ");
}
