/** Which point of the run is looked at: the newest, or an earlier one, chosen by hand or moved on by a replay. */

import type { EpochEnded } from "./events";

export const SPEEDS = [0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000, 20_000];
/** Seconds that a replay should take at the speed that is set at first. */
const PLEASANT = 12;

/** How a run's steps lie in the time that it trained: pairs of seconds and steps, both ascending. */
export interface Pace {
  seconds: number[];
  steps: number[];
}

/**
 * From the epochs' own times, so that a pause of the run is none in its replay; nor is the compiling in the first
 * epoch, which may take longer than all the others: no epoch counts for more than three of the usual length.
 */
export function paceOf(epochs: readonly EpochEnded[], lastStep: number): Pace {
  const pace: Pace = { seconds: [0], steps: [0] };
  const usual = epochs.map((epoch) => epoch.seconds).sort((a, b) => a - b)[epochs.length >> 1] ?? 0;
  for (const epoch of epochs) {
    pace.seconds.push(pace.seconds.at(-1)! + Math.max(Math.min(epoch.seconds, usual * 3), 1e-6));
    pace.steps.push(epoch.step);
  }
  const [seconds, steps] = [pace.seconds.at(-1)!, pace.steps.at(-1)!];
  if (steps < lastStep) {
    pace.seconds.push(steps ? (seconds * lastStep) / steps : PLEASANT);
    pace.steps.push(lastStep);
  }
  return pace;
}

/** The value of a line through points (`from[i]`, `to[i]`), both ascending; beyond its ends, that of the end. */
export function along(from: readonly number[], to: readonly number[], at: number): number {
  let low = 0;
  let high = from.length - 1;
  if (high < 0) return 0;
  if (at <= from[0]!) return to[0]!;
  if (at >= from[high]!) return to[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (from[middle]! <= at) low = middle;
    else high = middle;
  }
  const share = (at - from[low]!) / (from[high]! - from[low]! || 1);
  return to[low]! + share * (to[high]! - to[low]!);
}

export class Timeline {
  /** The step that is looked at; null is the newest, whatever comes. */
  at: number | null = null;
  playing = false;
  /** Times as fast as the run was; null until one is chosen. */
  private chosen: number | null = null;

  constructor(private readonly onChange: () => void) {}

  /** Look at a step; at the newest or beyond, follow the run. */
  seek(step: number, newest: number): void {
    this.at = step >= newest ? null : Math.max(0, step);
    this.onChange();
  }

  follow(): void {
    this.at = null;
    this.playing = false;
    this.onChange();
  }

  /** Play from where one looks, from the start where that is the end; or hold. */
  toggle(): void {
    this.playing = !this.playing;
    if (this.playing) this.at ??= 0;
    this.onChange();
  }

  choose(speed: number): void {
    this.chosen = speed;
    this.onChange();
  }

  /** The chosen speed, else one at which the whole replay is short enough to watch. */
  speed(pace: Pace): number {
    return this.chosen ?? SPEEDS.find((speed) => pace.seconds.at(-1)! / speed <= PLEASANT) ?? SPEEDS.at(-1)!;
  }

  /** Go on by so many seconds of the watcher's time; at the newest step the replay is over and the run followed. */
  advance(seconds: number, pace: Pace): void {
    if (!this.playing || this.at === null) return;
    const passed = along(pace.steps, pace.seconds, this.at) + seconds * this.speed(pace);
    if (passed >= pace.seconds.at(-1)!) {
      this.at = null;
      this.playing = false;
    } else this.at = along(pace.seconds, pace.steps, passed);
  }
}
