import { describe, expect, it } from "vitest";
import type { EpochEnded, RunEvent } from "./events";
import { Journal } from "./journal";

const state = (seq: number, state: "running" | "starting" | "lost", attempt = 1): RunEvent => ({ seq, time: seq, type: "state", state, attempt, message: null });
const data = (seq: number, message: string): RunEvent => ({ seq, time: seq, type: "data", phase: "downloading", message, done: seq, total: 9, training_samples: null, validation_samples: null });
const epoch: EpochEnded = { seq: 4, time: 4, type: "epoch", epoch: 1, step: 45, metrics: { loss: 0.5, val_accuracy: 0.975 }, seconds: 0.25, learning_rate: 0.001, best: true };

describe("Journal", () => {
  it("tells in order what came in any, each event once", () => {
    const journal = new Journal();
    for (const event of [state(5, "lost"), state(1, "starting"), state(2, "running"), state(1, "starting"), state(6, "starting", 2)]) journal.add(event);
    expect(journal.lines([epoch]).map((line) => line.text)).toEqual([
      "Starting",
      "Running",
      "Epoch 1: loss 0.5000, validation accuracy 97.5 % (250 ms), the best so far",
      "Lost: its worker is gone",
      "Starting, attempt 2",
    ]);
  });

  it("has one line for a download, however often it tells how far it is", () => {
    const journal = new Journal();
    for (let seq = 1; seq <= 50; seq++) journal.add(data(seq, "Downloading MNIST"));
    journal.add(data(51, "Reading MNIST"));
    expect(journal.lines([]).map((line) => line.text)).toEqual(["Downloading MNIST", "Reading MNIST"]);
  });

  it("keeps what fits into memory: the first and the newest lines", () => {
    const journal = new Journal();
    for (let seq = 1; seq <= 5000; seq++) journal.add(state(seq, "running"));
    const lines = journal.lines([]);
    expect(lines).toHaveLength(2000);
    expect([lines[0]!.seq, lines.at(-1)!.seq]).toEqual([1, 5000]);
  });
});
