/**
 * What is known of a run: its events, put together.
 *
 * Events may come twice or in another order (a reconnection), and a resumed run repeats steps and epochs from its
 * last checkpoint on. One rule covers all of it: a value at step or epoch `at` is void once a LATER event (a higher
 * `seq`) tells of the same or an earlier `at`. What is left does not depend on the order of arrival.
 */

import type {
  ConfusionMatrix,
  DataProgress,
  EpochEnded,
  Finished,
  ModelBuilt,
  Problem,
  Progress,
  RunEvent,
  SettingChanged,
  StateChanged,
} from "./events";

const MOST_POINTS = 16_384;
const MOST_CELLS = 4_000_000;

/** A confusion matrix of one epoch, row after row: `counts[row * size + column]`. */
export interface Matrix {
  epoch: number;
  seq: number;
  size: number;
  counts: Uint32Array;
}

/** Training loss by step: parallel arrays, steps ascending. */
export class StepLosses {
  steps: number[] = [];
  losses: (number | null)[] = [];
  private seqs: number[] = [];

  add(seq: number, steps: readonly number[], losses: readonly (number | null)[]): void {
    steps.forEach((step, i) => this.addOne(seq, step, losses[i] ?? null));
    if (this.steps.length > MOST_POINTS) this.halve();
  }

  private addOne(seq: number, step: number, loss: number | null): void {
    const at = place(this.steps, this.seqs, step, seq);
    if (at === null) return;
    this.steps.splice(at.start, at.remove, step);
    this.losses.splice(at.start, at.remove, loss);
    this.seqs.splice(at.start, at.remove, seq);
  }

  /** Keep the lowest and the highest of every four, so that spikes stay. */
  private halve(): void {
    const keep: number[] = [];
    for (let start = 0; start < this.steps.length; start += 4) {
      const group = [start, start + 1, start + 2, start + 3].filter((i) => i < this.steps.length);
      const value = (i: number) => this.losses[i] ?? Infinity;
      const low = group.reduce((a, b) => (value(b) < value(a) ? b : a));
      const high = group.reduce((a, b) => (value(b) >= value(a) ? b : a));
      keep.push(...new Set([Math.min(low, high), Math.max(low, high)]));
    }
    this.steps = keep.map((i) => this.steps[i]!);
    this.losses = keep.map((i) => this.losses[i]!);
    this.seqs = keep.map((i) => this.seqs[i]!);
  }
}

export class History {
  /** The newest number seen: where to go on after a broken connection. */
  seq = 0;
  steps = new StepLosses();
  epochs: EpochEnded[] = [];
  matrices = new Map<string, Matrix[]>();
  state: StateChanged | null = null;
  data: DataProgress | null = null;
  model: ModelBuilt | null = null;
  progress: Progress | null = null;
  /** The last throughput that was told; some progress is told without one. */
  samplesPerSecond: number | null = null;
  finished: Finished | null = null;
  private readonly changed = new Map<string, SettingChanged[]>();
  private notices = new Map<number, Problem>();

  apply(event: RunEvent): void {
    this.seq = Math.max(this.seq, event.seq);
    switch (event.type) {
      case "steps":
        return this.steps.add(event.seq, event.steps, event.losses);
      case "epoch":
        return insert(this.epochs, event);
      case "confusion":
        return this.addMatrix(event);
      case "problem":
        this.notices.set(event.seq, event.problem);
        return;
      case "state":
        this.state = newer(this.state, event);
        return;
      case "data":
        this.data = newer(this.data, event);
        return;
      case "model":
        this.model = newer(this.model, event);
        return;
      case "progress":
        this.progress = newer(this.progress, event);
        this.samplesPerSecond = this.progress.samples_per_second ?? this.samplesPerSecond;
        return;
      case "setting": {
        const list = this.changed.get(event.setting) ?? [];
        this.changed.set(event.setting, list);
        return insertAt(list, event, (change) => change.step);
      }
      case "finished":
        this.finished = newer(this.finished, event);
    }
  }

  /** What people should know, oldest first, each sentence once. */
  problems(): Problem[] {
    const inOrder = [...this.notices].sort(([a], [b]) => a - b).map(([, problem]) => problem);
    return [...new Map(inOrder.map((problem) => [problem.message, problem])).values()];
  }

  /** The settings that were changed on the way, by the step from which on they count. */
  changes(): SettingChanged[] {
    return [...this.changed.values()].flat().sort((a, b) => a.step - b.step);
  }

  /** The best epoch so far, by the newest event that claims it. */
  best(): EpochEnded | null {
    return this.epochs.findLast((epoch) => epoch.best) ?? null;
  }

  /** Metric names without `val_`, in the order in which they came up; the loss has its own chart. */
  metricNames(): string[] {
    const names = this.epochs.flatMap((epoch) => Object.keys(epoch.metrics)).map((name) => name.replace(/^val_/, ""));
    return [...new Set(names)].filter((name) => name !== "loss" && name !== "learning_rate");
  }

  /** Steps an epoch, once it is known. */
  stepsPerEpoch(): number | null {
    const last = this.epochs.at(-1);
    return this.progress?.steps || (last && last.step > 0 ? last.step / last.epoch : null);
  }

  lastStep(): number {
    return Math.max(this.steps.steps.at(-1) ?? 0, this.epochs.at(-1)?.step ?? 0);
  }

  private addMatrix(event: ConfusionMatrix): void {
    let list = this.matrices.get(event.output);
    if (!list) this.matrices.set(event.output, (list = []));
    const size = event.matrix.length;
    const counts = new Uint32Array(size * size);
    event.matrix.forEach((row, i) => counts.set(row, i * size));
    insert(list, { epoch: event.epoch, seq: event.seq, size, counts });
    if (list.length > 2 && list.length * size * size > MOST_CELLS) {
      const last = list.length - 1;
      this.matrices.set(event.output, list.filter((_, i) => i === last || i % 2 === 0));
    }
  }
}

function newer<T extends { seq: number }>(old: T | null, event: T): T {
  return old && old.seq > event.seq ? old : event;
}

function insert<T extends { epoch: number; seq: number }>(list: T[], item: T): void {
  insertAt(list, item, (one) => one.epoch);
}

function insertAt<T extends { seq: number }>(list: T[], item: T, when: (one: T) => number): void {
  const last = list.at(-1);
  if (!last || (when(last) < when(item) && last.seq < item.seq)) {
    list.push(item);
    return;
  }
  const at = place(list.map(when), list.map((one) => one.seq), when(item), item.seq);
  if (at) list.splice(at.start, at.remove, item);
}

/** Where a value goes in lists that ascend in both `at` and `seq`, and how many it voids; null where it is void. */
function place(
  ats: readonly number[],
  seqs: readonly number[],
  at: number,
  seq: number,
): { start: number; remove: number } | null {
  let start = ats.length;
  if (start > 0 && at <= ats[start - 1]!) {
    let low = 0;
    while (low < start) {
      const middle = (low + start) >> 1;
      if (ats[middle]! <= at) low = middle + 1;
      else start = middle;
    }
  }
  const before = start - 1;
  if (before >= 0) {
    if (seqs[before]! > seq || (ats[before] === at && seqs[before] === seq)) return null;
    if (ats[before] === at) start = before;
  }
  let end = start;
  while (end < ats.length && seqs[end]! < seq) end++;
  return { start, remove: end - start };
}
