import { expect, test } from "vitest";

import type { EpochEnded, RunEvent, RunRecord, Samples } from "./events";
import { History } from "./history";
import { Scene } from "./scene";

const record = { state: "finished", epochs: 3 } as RunRecord;
const epoch = (number: number): EpochEnded => ({
  seq: number * 10,
  time: 100 * number,
  type: "epoch",
  epoch: number,
  step: number * 50,
  metrics: { loss: 1 },
  seconds: 1,
  learning_rate: null,
  best: number === 2,
});
const samples = (number: number): Samples => ({
  seq: number * 10 + 1,
  time: 100 * number + 1,
  type: "samples",
  epoch: number,
  output: "out",
  indices: [],
  truths: [],
  predictions: [],
  probabilities: [],
});

function scene(at: number | null): Scene {
  const history = new History();
  const events: RunEvent[] = [1, 2, 3].flatMap((number) => [epoch(number), samples(number)]);
  for (const event of events) history.apply(event);
  return new Scene(record, history, at);
}

test("what had been told by a moment is what belongs to an epoch that had ended", () => {
  const shown = (at: number | null) => {
    const then = scene(at);
    return then.history.all("samples", "out")[then.indexOf(then.history.all("samples", "out"))]!.epoch;
  };
  expect([null, 150, 149, 100, 50, 0].map(shown)).toEqual([3, 3, 2, 2, 1, 1]);
  expect(scene(null).indexOf([])).toBe(-1);
});

test("events without a place in the run are placed by their time", () => {
  const use = { seq: 99, time: 250, type: "system", cpu: 1, memory: 1, gpu: null, gpu_memory: null } as const;
  expect(scene(null).stepOf(use)).toBe(125);
});

test("the moment is an epoch and a step, and the best epoch is known", () => {
  expect([scene(149).epoch, scene(149).step, scene(null).step, scene(20).epoch]).toEqual([2, 149, 150, 0]);
  expect(scene(null).best?.epoch).toBe(2);
  expect(scene(null).endOf(7)).toBe(350);
});
