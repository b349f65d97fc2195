/** Where an axis begins and ends, and how its marks are written. */

import uPlot from "uplot";

import { count } from "./eta";

export function linearRange(low: number | null, high: number | null, ceiling: number | undefined): [number, number] {
  if (low === null || high === null) return [0, 1];
  const [from, to] = uPlot.rangeNum(low, high === low ? low + Math.max(Math.abs(low) * 0.1, 1e-6) : high, 0.08, true);
  return [low >= 0 ? Math.max(0, from!) : from!, ceiling === undefined ? to! : Math.min(ceiling, to!)];
}

/** From one digit to one digit (0.6 to 3): the marks of a logarithmic axis count on from its beginning. */
export function logRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || high <= 0) return [0.1, 1];
  const rounded = (value: number, round: (n: number) => number) => {
    const scale = 10 ** Math.floor(Math.log10(value));
    return Number((round(value / scale) * scale).toPrecision(1));
  };
  const from = rounded(low > 0 ? low : high / 1000, Math.floor);
  return [from, Math.max(rounded(high, Math.ceil), from * 2)];
}

export function axisNumber(value: number, ceiling: number | undefined): string {
  if (ceiling === 1) return `${Number((value * 100).toFixed(1))} %`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace(".0e", "e").replace("e+", "e");
  return size >= 1000 ? count(value) : String(Number(value.toPrecision(4)));
}

/** Gaps between marks that an axis may have: uPlot's own end at 10^16, which a loss that runs away leaves behind. */
export const GAPS: number[] = Array.from({ length: 56 }, (_, i) => i - 16).flatMap((power) => [1, 2, 2.5, 5].map((n) => Number(`${n}e${power}`)));
