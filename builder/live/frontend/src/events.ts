/** The messages of a run's event stream, as `builder/events.py` and `builder/server/stream.py` write them. */

export type State = "queued" | "starting" | "running" | "paused" | "finished" | "stopped" | "failed" | "lost";

export const ENDED: ReadonlySet<State> = new Set(["finished", "stopped", "failed", "lost"]);

export type Metrics = Record<string, number | null>;

export interface Problem {
  code: string;
  message: string;
  severity: "error" | "warning";
  hint: string | null;
}

/** One click that sets things right; what it edits is the server's business. */
export interface Fix {
  label: string;
}

/** Something that the run itself can be told by one click. */
export interface Order {
  label: string;
  verb: Verb;
  values: Values;
}

/** `run.json`, with the server's clock; times are Unix seconds. */
export interface RunRecord {
  id: string;
  name: string;
  state: State;
  attempt: number;
  created: number;
  started: number | null;
  ended: number | null;
  epochs: number;
  best_epoch: number | null;
  monitor: string | null;
  metrics: Metrics;
  test_metrics: Metrics;
  problem: Problem | null;
  /** Why each verb is refused in this state; null where it is not. */
  refused?: Partial<Record<Verb, string | null>>;
  now: number;
}

/** What a run can be told: `builder/jobs/verbs.py`. */
export type Verb = "pause" | "resume" | "step" | "finish" | "stop" | "extend" | "change";

/** The parameters of a verb. */
export type Values = Record<string, string | number>;

/** A setting that can be changed while the run trains. */
export interface LiveSetting {
  name: string;
  title: string;
  help: string;
  value: number;
  whole: boolean;
}

/** What the server says of a request that was refused, or null where it was taken. */
export type Tell = (verb: Verb, values?: Values) => Promise<Problem | null>;

interface Numbered {
  seq: number;
  time: number;
}

export interface StateChanged extends Numbered {
  type: "state";
  state: State;
  attempt: number;
  message: string | null;
}

export interface DataProgress extends Numbered {
  type: "data";
  phase: "downloading" | "loading" | "ready";
  message: string;
  done: number | null;
  total: number | null;
  training_samples: number | null;
  validation_samples: number | null;
}

export interface ModelBuilt extends Numbered {
  type: "model";
  parameters: number;
  trainable: number;
  outputs: string[];
  classes: string[];
  /** Layers that a repeated block made, each with the node that was drawn. */
  copies?: Record<string, string>;
}

export interface Steps extends Numbered {
  type: "steps";
  epoch: number;
  steps: number[];
  losses: (number | null)[];
}

export interface Progress extends Numbered {
  type: "progress";
  epoch: number;
  epochs: number;
  step: number;
  steps: number;
  samples_per_second: number | null;
  eta: number | null;
}

export interface EpochEnded extends Numbered {
  type: "epoch";
  epoch: number;
  step: number;
  metrics: Metrics;
  seconds: number;
  learning_rate: number | null;
  best: boolean;
}

export interface ConfusionMatrix extends Numbered {
  type: "confusion";
  epoch: number;
  output: string;
  matrix: number[][];
}

/** From `step` on, counted over the whole run, the setting has this value. */
export interface SettingChanged extends Numbered {
  type: "setting";
  setting: string;
  value: number;
  epoch: number;
  step: number;
}

/** Entry i of every list is of the layer `names[i]`; null where a layer has no such figure. */
export interface Layers extends Numbered {
  type: "layers";
  epoch: number;
  step: number;
  names: string[];
  weights: (number | null)[];
  gradients: (number | null)[];
  updates: (number | null)[];
  dead: (number | null)[];
}

export interface Histogram {
  name: string;
  what: "weights" | "activations";
  low: number;
  high: number;
  counts: number[];
}

export interface Histograms extends Numbered {
  type: "histograms";
  epoch: number;
  items: Histogram[];
}

export interface Points extends Numbered {
  type: "points";
  xs: number[];
  ys: number[];
  labels: number[];
}

/** A grid of `size` by `size` cells, row after row from the lowest y up. */
export interface Boundary extends Numbered {
  type: "boundary";
  epoch: number;
  output: string;
  low: [number, number];
  high: [number, number];
  size: number;
  /** 0 where the values are no classes. */
  classes: number;
  values: (number | null)[];
  probabilities: (number | null)[];
}

/** `inputs[i]` is sample `indices[i]`, row after row of `shape`. */
export interface Examples extends Numbered {
  type: "examples";
  indices: number[];
  shape: number[];
  image: boolean;
  inputs: number[][];
}

export interface Samples extends Numbered {
  type: "samples";
  epoch: number;
  output: string;
  indices: number[];
  truths: (number | null)[];
  predictions: (number | null)[];
  probabilities: (number | null)[][];
}

/** CPU and GPU in per cent, memory in bytes. */
export interface SystemUse extends Numbered {
  type: "system";
  cpu: number | null;
  /** Absent in runs of earlier versions. */
  cores?: number | null;
  memory: number | null;
  gpu: number | null;
  gpu_memory: number | null;
}

export type Tone = "good" | "watch" | "bad";

export interface Verdict extends Numbered {
  type: "verdict";
  tone: Tone;
  code: string;
  message: string;
  hint: string | null;
  since: number;
  fix: Fix | null;
  order?: Order | null;
}

export interface Noticed extends Numbered {
  type: "problem";
  problem: Problem;
}

/** How the steps after `step` are computed, and why so. */
export interface ExecutionChosen extends Numbered {
  type: "execution";
  execution: { step: number; way: string; reason: string };
}

export interface Finished extends Numbered {
  type: "finished";
  epochs: number;
  seconds: number;
  best_epoch: number | null;
  monitor: string | null;
  metrics: Metrics;
  test_metrics: Metrics;
}

/** Types that this component does not know are skipped. */
export type RunEvent =
  | StateChanged
  | DataProgress
  | ModelBuilt
  | Steps
  | Progress
  | EpochEnded
  | ConfusionMatrix
  | SettingChanged
  | Layers
  | Histograms
  | Points
  | Boundary
  | Examples
  | Samples
  | SystemUse
  | Verdict
  | Noticed
  | ExecutionChosen
  | Finished;

export type EventType = RunEvent["type"];
export type EventOf<K extends EventType> = Extract<RunEvent, { type: K }>;
