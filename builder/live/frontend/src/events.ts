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
  now: number;
}

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

export interface Noticed extends Numbered {
  type: "problem";
  problem: Problem;
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
  | Noticed
  | Finished;
