/** What is known of each layer over the run: gradients, updates, weights, dead units. */

import { percent } from "./eta";
import type { Layers } from "./events";
import { closest, nearest } from "./series";
import type { Course } from "./sparkline";

export interface Figure {
  key: "gradients" | "weights" | "updates" | "dead";
  title: string;
  help: string;
  /** Whether all layers share one scale, so that they can be compared. */
  shared: boolean;
  logarithmic: boolean;
  /** The scale, where it is always the same. */
  scale?: [number, number];
  format(value: number): string;
  /** Values above this one should be looked at. */
  worrying?: number;
}

export const FIGURES: readonly Figure[] = [
  {
    key: "gradients",
    title: "Gradient norm",
    help: "How strongly the loss pulls at the layer's weights; the same logarithmic scale for all layers",
    shared: true,
    logarithmic: true,
    format: short,
  },
  {
    key: "updates",
    title: "Update ratio",
    help: "How far a step moves the weights, as a share of their size; about 0.001 is usual. Logarithmic, the same scale for all",
    shared: true,
    logarithmic: true,
    format: short,
  },
  {
    key: "weights",
    title: "Weight norm",
    help: "The size of all of the layer's weights together; each layer has its own scale",
    shared: false,
    logarithmic: false,
    format: short,
  },
  {
    key: "dead",
    title: "Dead units",
    help: "Units that put out 0 for every sample of a batch, from 0 to 100 %",
    shared: true,
    logarithmic: false,
    scale: [0, 1],
    format: percent,
    worrying: 0.5,
  },
];

/** Three digits: 0.0123, 1.2e-5, 4.56, 1230. */
export function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace("e+", "e");
  return String(Number(value.toPrecision(3)));
}

/** The figures of every layer that has any, as courses over the steps at which they were told. */
export class LayerCourses {
  /** The number of the newest event that was read. */
  newest = 0;
  /** By the name of the layer: a course for each of `FIGURES`. */
  courses = new Map<string, Course[]>();
  private steps: number[] = [];

  /** Read what was told; false where nothing has come since the last time. */
  read(events: readonly Layers[]): boolean {
    const last = events.at(-1);
    if (!last || last.seq === this.newest) return false;
    this.newest = last.seq;
    this.steps = events.map((event) => event.step);
    const names = last.names.filter((_, i) => FIGURES.some((figure) => last[figure.key][i] !== null));
    this.courses = new Map(
      names.map((name) => {
        const at = last.names.indexOf(name);
        const indices = events.map((event) => (event.names[at] === name ? at : event.names.indexOf(name)));
        return [name, FIGURES.map(({ key }) => ({ steps: this.steps, values: events.map((event, i) => event[key][indices[i]!] ?? null) }))];
      }),
    );
    return true;
  }

  /** Whether any layer has this figure. */
  tells(figure: number): boolean {
    return [...this.courses.values()].some((courses) => courses[figure]!.values.some((value) => value !== null));
  }

  /** The place in the courses that belongs to a step; null is the newest. */
  index(step: number | null): number {
    return step === null ? this.steps.length - 1 : closest(this.steps, step);
  }

  /** A layer's figure at a place, or the nearest that was told; null where there is none. */
  value(name: string, figure: number, index: number): number | null {
    const values = this.courses.get(name)?.[figure]?.values ?? [];
    return values[nearest(values, index)] ?? null;
  }
}
