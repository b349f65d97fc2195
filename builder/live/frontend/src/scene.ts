/** What every panel is drawn from: the run as it is known, and the point of it that is looked at. */

import { ENDED, type EpochEnded, type RunEvent, type RunRecord } from "./events";
import type { History } from "./history";
import { lastOnAxis } from "./series";
import { along } from "./timeline";

export class Scene {
  readonly ended: boolean;
  /** The newest step, and where the axis of steps ends. */
  readonly newest: number;
  readonly lastStep: number;
  readonly perEpoch: number | null;
  readonly planned: number;
  readonly best: EpochEnded | null;

  constructor(
    readonly record: RunRecord,
    readonly history: History,
    /** The step that is looked at; null is the newest. */
    readonly at: number | null,
  ) {
    this.ended = ENDED.has(record.state);
    this.newest = history.lastStep();
    this.perEpoch = history.stepsPerEpoch();
    this.planned = history.progress?.epochs ?? record.epochs;
    this.lastStep = lastOnAxis(this.newest, this.perEpoch, this.planned, this.ended);
    const best = history.best()?.epoch ?? history.finished?.best_epoch ?? null;
    this.best = history.epochs.find((epoch) => epoch.epoch === best) ?? null;
  }

  /** The step that is looked at. */
  get step(): number {
    return this.at ?? this.newest;
  }

  /** The last epoch that had ended by then, 0 before the first. */
  get epoch(): number {
    return this.history.epochs.findLast((epoch) => epoch.step <= this.step)?.epoch ?? 0;
  }

  /** The step with which an epoch ended. */
  endOf(epoch: number): number {
    const { epochs } = this.history;
    const usual = epochs[epoch - 1];
    const found = usual?.epoch === epoch ? usual : epochs.find((each) => each.epoch === epoch);
    return found?.step ?? epoch * (this.perEpoch ?? 1);
  }

  /** The step of the run at which an event belongs. */
  stepOf(event: RunEvent): number {
    if ("step" in event && event.type !== "progress") return event.step;
    if ("epoch" in event) return this.endOf(event.epoch);
    return along(this.clock.map(([time]) => time), this.clock.map(([, step]) => step), event.time);
  }

  /** Times at which a step is known to have been reached, ascending. */
  private get clock(): (readonly [number, number])[] {
    const { epochs, model, progress } = this.history;
    const known = epochs.map((epoch) => [epoch.time, epoch.step] as const);
    const began = model && model.time < (known[0]?.[0] ?? Infinity) ? [[model.time, 0] as const] : [];
    const now = progress && progress.time > (known.at(-1)?.[0] ?? 0) ? [[progress.time, this.newest] as const] : [];
    return [...began, ...known, ...now];
  }

  /** The index of what had been told last by then, in the order of the run; the first where nothing had; -1 of none. */
  indexOf(events: readonly RunEvent[]): number {
    if (this.at === null) return events.length - 1;
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.stepOf(events[middle]!) <= this.at) low = middle + 1;
      else high = middle;
    }
    return Math.min(Math.max(0, low - 1), events.length - 1);
  }
}
