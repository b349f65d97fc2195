/** A line as large as a word: its course over the part of the run that is shown, up to the moment looked at. */

import { fitted } from "./canvas";
import { kept } from "./condense";

export interface Course {
  steps: readonly number[];
  values: readonly (number | null)[];
}

export interface Frame {
  /** First and last step shown. */
  range: readonly [number, number];
  /** Lowest and highest value shown. */
  low: number;
  high: number;
  logarithmic: boolean;
  /** What comes after this step is pale; null has nothing pale. */
  at: number | null;
  color: string;
}

/** Draw a course into a canvas of so many CSS pixels; its width is given, for to ask each canvas lays the page out anew. */
export function sparkline(canvas: HTMLCanvasElement, width: number, height: number, course: Course, frame: Frame): void {
  const ctx = fitted(canvas, width, height);
  if (!ctx || !course.steps.length) return;
  const [from, to] = frame.range;
  const scaled = (value: number) => (frame.logarithmic ? Math.log(Math.max(value, frame.low)) : value);
  const [low, high] = [scaled(frame.low), scaled(frame.high)];
  const x = (step: number) => ((step - from) / (to - from || 1)) * (width - 4) + 2;
  const y = (value: number) => height - 3 - ((scaled(value) - low) / (high - low || 1)) * (height - 6);
  const shown = visible(course, frame.range);
  const line = (passed: boolean) => {
    ctx.save();
    if (frame.at !== null) {
      const border = x(frame.at);
      ctx.beginPath();
      ctx.rect(passed ? 0 : border, 0, passed ? border : width, height);
      ctx.clip();
    }
    ctx.globalAlpha = passed ? 1 : 0.25;
    ctx.beginPath();
    let begun = false;
    for (const i of shown) {
      const value = course.values[i] ?? null;
      if (value === null) begun = false;
      else {
        if (begun) ctx.lineTo(x(course.steps[i]!), y(value));
        else ctx.moveTo(x(course.steps[i]!), y(value));
        begun = true;
      }
    }
    ctx.stroke();
    ctx.restore();
  };
  ctx.strokeStyle = frame.color;
  ctx.lineWidth = 1.5;
  ctx.lineJoin = "round";
  line(true);
  if (frame.at !== null) line(false);
  const only = shown.filter((i) => course.values[i] != null);
  if (only.length === 1) {
    ctx.fillStyle = frame.color;
    ctx.beginPath();
    ctx.arc(x(course.steps[only[0]!]!), y(course.values[only[0]!]!), 2, 0, 2 * Math.PI);
    ctx.fill();
  }
}

/** The indices to draw: those shown and their neighbours, with every extreme where there are more than pixels. */
function visible(course: Course, [from, to]: readonly [number, number]): number[] {
  const { steps, values } = course;
  const first = Math.max(0, steps.findIndex((step) => step >= from) - 1);
  const end = steps.findIndex((step) => step > to);
  const part = values.slice(first, end < 0 ? undefined : end + 1);
  return kept(part, Math.max(2, Math.ceil(part.length / 150))).map((i) => first + i);
}

/** The lowest and the highest of many values, null where there is none; of those above zero where `positive`. */
export function extent(courses: Iterable<Course>, positive: boolean): [number, number] | null {
  let low = Infinity;
  let high = -Infinity;
  for (const { values } of courses) {
    for (const value of values) {
      if (value === null || (positive && value <= 0)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  return low <= high ? [low, high] : null;
}
