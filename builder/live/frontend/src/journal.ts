/** What happened in a run, as lines of a log: made of its events, so that a run looked at later has the same ones. */

import { count, duration, inSentence, learningRate, metric, title } from "./eta";
import type { EpochEnded, RunEvent } from "./events";

export interface Line {
  seq: number;
  /** Unix seconds. */
  time: number;
  text: string;
  tone: "plain" | "watch" | "bad";
}

const STATES: Record<string, string> = {
  queued: "Waiting for a free slot",
  starting: "Starting",
  running: "Running",
  paused: "Paused",
  finished: "Finished",
  stopped: "Stopped",
  failed: "Failed",
  lost: "Lost: its worker is gone",
};

/** A line on an event; null where it belongs into no log. */
export function line(event: RunEvent): Line | null {
  const told = describe(event);
  return told && { seq: event.seq, time: event.time, ...told };
}

function describe(event: RunEvent): Pick<Line, "text" | "tone"> | null {
  const plain = (text: string) => ({ text, tone: "plain" as const });
  switch (event.type) {
    case "state": {
      const attempt = event.state === "starting" && event.attempt > 1 ? `, attempt ${event.attempt}` : "";
      const text = `${STATES[event.state] ?? event.state}${attempt}${event.message ? `: ${event.message}` : ""}`;
      return { text, tone: event.state === "failed" || event.state === "lost" ? "bad" : "plain" };
    }
    case "data":
      return plain(event.message);
    case "model":
      return plain(`The network stands: ${count(event.parameters)} parameters, ${count(event.trainable)} of them trained`);
    case "execution":
      return plain(`From step ${count(event.execution.step + 1)} on: ${event.execution.reason}`);
    case "setting": {
      const value = event.setting === "learning_rate" ? learningRate(event.value) : count(event.value);
      return plain(`${title(event.setting)} ${value} from step ${count(event.step)} on`);
    }
    case "epoch":
      return plain(epoch(event));
    case "problem":
      return { text: [event.problem.message, event.problem.hint].filter(Boolean).join(" "), tone: event.problem.severity === "error" ? "bad" : "watch" };
    case "verdict":
      return { text: event.message, tone: event.tone === "good" ? "plain" : event.tone };
    case "finished":
      return plain(`Trained ${count(event.epochs)} epochs in ${duration(event.seconds)}${event.best_epoch === null ? "" : `; the best is epoch ${count(event.best_epoch)}`}`);
    default:
      return null;
  }
}

function epoch(event: EpochEnded): string {
  const values = Object.entries(event.metrics)
    .filter(([name]) => name !== "learning_rate")
    .map(([name, value]) => `${name.startsWith("val_") ? "validation " : ""}${inSentence(title(name.replace(/^val_/, "")))} ${metric(name, value)}`);
  return `Epoch ${count(event.epoch)}: ${values.join(", ")} (${duration(event.seconds)})${event.best ? ", the best so far" : ""}`;
}

/** Kinds of events that come seldom and are kept for the log; epochs are known to the history anyway. */
const KEPT: ReadonlySet<RunEvent["type"]> = new Set(["state", "data", "model", "execution", "setting", "problem", "verdict", "finished"]);
const MOST = 2000;

/** The seldom events of a run in their order, each once. */
export class Journal {
  private events: RunEvent[] = [];

  add(event: RunEvent): void {
    if (!KEPT.has(event.type)) return;
    let at = this.events.length;
    while (at > 0 && this.events[at - 1]!.seq > event.seq) at--;
    if (this.events[at - 1]?.seq === event.seq) return;
    const before = this.events[at - 1];
    // A download tells how far it is with the same words again and again: one line.
    const again = event.type === "data" && before?.type === "data" && before.message === event.message;
    this.events.splice(again ? at - 1 : at, again ? 1 : 0, event);
    if (this.events.length > MOST) this.events.splice(MOST / 4, 1);
  }

  /** All lines with those of the epochs, the newest last. */
  lines(epochs: readonly EpochEnded[]): Line[] {
    const all = [...this.events, ...epochs].sort((a, b) => a.seq - b.seq);
    return all.map(line).filter((each) => each !== null);
  }
}
