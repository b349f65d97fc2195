/**
 * What is known of a run: its events, put together.
 *
 * Events may come twice or in another order (a reconnection), and a resumed run repeats steps and epochs from its
 * last checkpoint on. One rule covers all of it: a value at step or epoch `at` is void once a LATER event (a higher
 * `seq`) tells of the same or an earlier `at`. What is left does not depend on the order of arrival.
 */

import { kept } from "./condense";
import type {
  DataProgress,
  EpochEnded,
  EventOf,
  EventType,
  Finished,
  ModelBuilt,
  Problem,
  Progress,
  RunEvent,
  SettingChanged,
  StateChanged,
} from "./events";
import { Journal, type Line } from "./journal";

const MOST_POINTS = 16_384;
/** Characters that the events of one kind may take as they came. */
const MOST_CHARACTERS = 24_000_000;
/** Of these only the newest counts. */
const NEWEST: ReadonlySet<EventType> = new Set(["state", "data", "model", "progress", "finished", "points", "examples"]);

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
    const at = place(this.steps.length, (i) => this.steps[i]!, (i) => this.seqs[i]!, step, seq);
    if (at === null) return;
    this.steps.splice(at.start, at.remove, step);
    this.losses.splice(at.start, at.remove, loss);
    this.seqs.splice(at.start, at.remove, seq);
  }

  private halve(): void {
    const indices = kept(this.losses, 6);
    this.steps = indices.map((i) => this.steps[i]!);
    this.losses = indices.map((i) => this.losses[i]!);
    this.seqs = indices.map((i) => this.seqs[i]!);
  }
}

/** What was told again and again, as the events came: one list for each type, and for each output or setting. */
class Track {
  list: RunEvent[] = [];
  private sizes: number[] = [];
  private total = 0;

  add(event: RunEvent, size: number): void {
    const at = place(this.list.length, (i) => position(this.list[i]!), (i) => this.list[i]!.seq, position(event), event.seq);
    if (!at) return;
    this.list.splice(at.start, at.remove, event);
    for (const gone of this.sizes.splice(at.start, at.remove, size)) this.total -= gone;
    this.total += size;
    while (this.total > MOST_CHARACTERS && this.list.length > 2) this.halve();
  }

  private halve(): void {
    const last = this.list.length - 1;
    const stays = (_: unknown, i: number) => i === last || i % 2 === 0;
    this.list = this.list.filter(stays);
    this.sizes = this.sizes.filter(stays);
    this.total = this.sizes.reduce((sum, size) => sum + size, 0);
  }
}

/** Where in the run an event belongs, comparable within its type. */
function position(event: RunEvent): number {
  return "step" in event ? event.step : "epoch" in event ? event.epoch : event.time;
}

export class History {
  /** The newest number seen: where to go on after a broken connection. */
  seq = 0;
  /** Grows with every event. */
  version = 0;
  steps = new StepLosses();
  epochs: EpochEnded[] = [];
  /** The last throughput that was told; some progress is told without one. */
  samplesPerSecond: number | null = null;
  private newest = new Map<EventType, RunEvent>();
  private tracks = new Map<EventType, Map<string, Track>>();
  private notices = new Map<number, Problem>();
  private journal = new Journal();
  /** Grows with everything that may change the log. */
  told = 0;

  /** `size`: the characters that the event took, by which memory is kept in bounds. */
  apply(event: RunEvent, size = 0): void {
    this.version++;
    this.seq = Math.max(this.seq, event.seq);
    this.journal.add(event);
    if (event.type !== "steps" && event.type !== "progress") this.told++;
    if (event.type === "steps") this.steps.add(event.seq, event.steps, event.losses);
    else if (event.type === "epoch") this.addEpoch(event);
    else if (event.type === "problem") this.notices.set(event.seq, event.problem);
    else if (NEWEST.has(event.type)) this.keepNewest(event);
    else this.keepAll(event, size);
  }

  /** The newest event of a type of which only that counts. */
  last<K extends EventType>(type: K): EventOf<K> | null {
    return (this.newest.get(type) as EventOf<K> | undefined) ?? null;
  }

  /** The outputs of the network for which a type of event was told; "" for events of the whole network. */
  outputs(type: EventType): string[] {
    return [...(this.tracks.get(type)?.keys() ?? [])];
  }

  /** Every event of a type, in the order of the run. */
  all<K extends EventType>(type: K, output = ""): readonly EventOf<K>[] {
    return (this.tracks.get(type)?.get(output)?.list ?? []) as EventOf<K>[];
  }

  get state(): StateChanged | null {
    return this.last("state");
  }

  get data(): DataProgress | null {
    return this.last("data");
  }

  get model(): ModelBuilt | null {
    return this.last("model");
  }

  get progress(): Progress | null {
    return this.last("progress");
  }

  get finished(): Finished | null {
    return this.last("finished");
  }

  /** What people should know, oldest first, each sentence once. */
  problems(): Problem[] {
    const inOrder = [...this.notices].sort(([a], [b]) => a - b).map(([, problem]) => problem);
    return [...new Map(inOrder.map((problem) => [problem.message, problem])).values()];
  }

  /** The settings that were changed on the way, by the step from which on they count. */
  changes(): SettingChanged[] {
    return this.outputs("setting")
      .flatMap((setting) => this.all("setting", setting))
      .sort((a, b) => a.step - b.step);
  }

  /** What happened, in lines. */
  log(): Line[] {
    return this.journal.lines(this.epochs);
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

  private addEpoch(event: EpochEnded): void {
    const at = place(this.epochs.length, (i) => this.epochs[i]!.epoch, (i) => this.epochs[i]!.seq, event.epoch, event.seq);
    if (at) this.epochs.splice(at.start, at.remove, event);
  }

  private keepNewest(event: RunEvent): void {
    if ((this.newest.get(event.type)?.seq ?? 0) > event.seq) return;
    this.newest.set(event.type, event);
    if (event.type === "progress") this.samplesPerSecond = event.samples_per_second ?? this.samplesPerSecond;
  }

  private keepAll(event: RunEvent, size: number): void {
    let tracks = this.tracks.get(event.type);
    if (!tracks) this.tracks.set(event.type, (tracks = new Map()));
    const about = "output" in event ? event.output : "setting" in event ? event.setting : "";
    let track = tracks.get(about);
    if (!track) tracks.set(about, (track = new Track()));
    track.add(event, size);
  }
}

/**
 * Where a value goes among `length` ones that ascend in both `at` and `seq`, and how many it voids; null where it is
 * void.
 */
function place(
  length: number,
  atOf: (i: number) => number,
  seqOf: (i: number) => number,
  at: number,
  seq: number,
): { start: number; remove: number } | null {
  let start = length;
  if (start > 0 && at <= atOf(start - 1)) {
    let low = 0;
    while (low < start) {
      const middle = (low + start) >> 1;
      if (atOf(middle) <= at) low = middle + 1;
      else start = middle;
    }
  }
  const before = start - 1;
  if (before >= 0) {
    if (seqOf(before) > seq || (atOf(before) === at && seqOf(before) === seq)) return null;
    if (atOf(before) === at) start = before;
  }
  let end = start;
  while (end < length && seqOf(end) < seq) end++;
  return { start, remove: end - start };
}
