import fc from "fast-check";
import { describe, expect, test } from "vitest";

import type { ConfusionMatrix, EpochEnded, Progress, RunEvent, SettingChanged, Steps } from "./events";
import { History } from "./history";

const steps = (seq: number, first: number, losses: (number | null)[], epoch = 1): Steps => ({
  seq,
  time: seq,
  type: "steps",
  epoch,
  steps: losses.map((_, i) => first + i),
  losses,
});

const epoch = (seq: number, number: number, loss: number, best = false): EpochEnded => ({
  seq,
  time: seq,
  type: "epoch",
  epoch: number,
  step: number * 10,
  metrics: { loss, val_loss: loss + 1, val_accuracy: 0.5, accuracy: 0.4 },
  seconds: 1,
  learning_rate: 0.01,
  best,
});

const matrix = (seq: number, number: number, counts: number[][], output = "out"): ConfusionMatrix => ({
  seq,
  time: seq,
  type: "confusion",
  epoch: number,
  output,
  matrix: counts,
});

const progress = (seq: number, epoch: number, perSecond: number | null): Progress => ({
  seq,
  time: seq,
  type: "progress",
  epoch,
  epochs: 5,
  step: 3,
  steps: 10,
  samples_per_second: perSecond,
  eta: 1,
});

function after(events: readonly RunEvent[]): History {
  const history = new History();
  for (const event of events) history.apply(event);
  return history;
}

function seen(history: History): unknown {
  return {
    seq: history.seq,
    steps: history.steps.steps,
    losses: history.steps.losses,
    epochs: history.epochs.map((e) => [e.epoch, e.seq]),
    matrices: history.outputs("confusion").sort().map((output) => [output, history.all("confusion", output).map((m) => [m.epoch, m.seq])]),
    progress: history.progress?.seq,
    problems: history.problems().map((problem) => problem.message),
  };
}

describe("a resumed run", () => {
  // The first attempt reached epoch 3, step 24; the second goes on from the checkpoint after epoch 2.
  const first: RunEvent[] = [
    steps(1, 1, [9, 8, 7]),
    epoch(2, 1, 5, true),
    matrix(3, 1, [[1, 0], [0, 1]]),
    steps(4, 11, [6, 5]),
    epoch(5, 2, 4, true),
    steps(6, 21, [3, 2.5, 2.4, 2.3], 3),
    epoch(7, 3, 3, true),
    matrix(8, 3, [[2, 0], [0, 2]]),
    steps(9, 31, [2.2], 4),
  ];
  const second: RunEvent[] = [steps(10, 21, [3.5], 3), steps(11, 22, [3.4], 3), epoch(12, 3, 3.3), matrix(13, 3, [[0, 3], [3, 0]])];

  test("repeats steps, epochs and matrices, and the later attempt counts", () => {
    const history = after([...first, ...second]);
    expect(history.steps.steps).toEqual([1, 2, 3, 11, 12, 21, 22]);
    expect(history.steps.losses.slice(-2)).toEqual([3.5, 3.4]);
    expect(history.epochs.map((e) => [e.epoch, e.metrics["loss"]])).toEqual([[1, 5], [2, 4], [3, 3.3]]);
    expect(history.all("confusion", "out").map((m) => [m.epoch, m.matrix])).toEqual([[1, [[1, 0], [0, 1]]], [3, [[0, 3], [3, 0]]]]);
    expect(history.best()!.epoch).toBe(2);
  });

  test("that has not come as far again has lost what was beyond", () => {
    expect(after([...first, second[0]!]).steps.steps).toEqual([1, 2, 3, 11, 12, 21]);
  });

  test("looks the same in whatever order and however often its events come", () => {
    const all = [...first, ...second, progress(14, 3, 100)];
    const expected = seen(after(all));
    const shuffled = fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length });
    fc.assert(
      fc.property(shuffled, fc.subarray(all), (events, again) => {
        expect(seen(after([...events, ...again]))).toEqual(expected);
      }),
    );
  });
});

test("any events in any order: what a later event repeats is void", () => {
  const number = fc.integer({ min: 1, max: 12 });
  const shapes = fc.oneof(
    fc.record({ type: fc.constant("steps" as const), at: number, length: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ type: fc.constant("epoch" as const), at: number, length: fc.constant(1) }),
  );
  const log = fc.array(shapes, { maxLength: 20 }).map((list) =>
    list.map((shape, i): RunEvent =>
      shape.type === "steps" ? steps(i + 1, shape.at, Array<number>(shape.length).fill(i + 1)) : epoch(i + 1, shape.at, i),
    ),
  );
  fc.assert(
    fc.property(log.chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))), ([events, shuffled]) => {
      const history = after(shuffled);
      expect(seen(history)).toEqual(seen(after(events)));
      const points = events.flatMap((e) => (e.type === "steps" ? e.steps.map((step) => ({ step, seq: e.seq })) : []));
      const valid = points.filter((p) => !points.some((q) => q.seq > p.seq && q.step <= p.step));
      expect(history.steps.steps).toEqual(valid.map((p) => p.step).sort((a, b) => a - b));
    }),
  );
});

test("a reconnection goes on after the newest number, whatever was thinned out before it", () => {
  expect(after([steps(3, 1, [1]), epoch(40, 1, 1)]).seq).toBe(40);
});

test("losses that are not finite stay as gaps", () => {
  expect(after([steps(1, 1, [1, null, 3])]).steps.losses).toEqual([1, null, 3]);
});

test("very long runs are thinned, and keep their spikes and their ends", () => {
  const history = new History();
  for (let seq = 1; seq <= 2000; seq++) {
    const losses = Array.from({ length: 50 }, (_, i) => (seq === 700 && i === 20 ? 1000 : 1 / seq));
    history.apply(steps(seq, (seq - 1) * 50 + 1, losses));
  }
  const { steps: x, losses } = history.steps;
  expect(x.length).toBeLessThanOrEqual(16_384);
  expect(x.length).toBe(losses.length);
  expect(Math.max(...losses.map((loss) => loss ?? 0))).toBe(1000);
  expect(x.at(-1)).toBe(100_000);
  expect(x.every((step, i) => i === 0 || step > x[i - 1]!)).toBe(true);
});

test("what takes much memory is thinned, and the first and the newest stay", () => {
  const history = new History();
  for (let number = 1; number <= 9; number++) history.apply(matrix(number, number, [[1]]), 6_000_000);
  const left = history.all("confusion", "out").map((m) => m.epoch);
  expect(left.length).toBeLessThanOrEqual(4);
  expect([left[0], left.at(-1)]).toEqual([1, 9]);
});

test("events of the whole network and of its outputs are kept apart", () => {
  const history = after([matrix(1, 1, [[1]], "a"), matrix(2, 1, [[2]], "b"), { seq: 3, time: 9, type: "system", cpu: 50, memory: 1, gpu: null, gpu_memory: null }]);
  expect(history.outputs("confusion")).toEqual(["a", "b"]);
  expect(history.all("confusion", "b").map((m) => m.matrix)).toEqual([[[2]]]);
  expect(history.all("system").map((use) => use.cpu)).toEqual([50]);
  expect(history.all("layers")).toEqual([]);
});

test("metric names come without val_, the loss and the learning rate", () => {
  const event = epoch(1, 1, 1);
  event.metrics = { loss: 1, val_loss: 1, accuracy: 1, val_accuracy: 1, val_auc: 1, learning_rate: 0.1 };
  expect(after([event]).metricNames()).toEqual(["accuracy", "auc"]);
});

test("the throughput that was told last stays while progress comes without one", () => {
  const history = after([progress(1, 1, 500), progress(2, 1, null)]);
  expect(history.samplesPerSecond).toBe(500);
  expect(history.progress!.seq).toBe(2);
});

test("a problem is told once however often it comes", () => {
  const problem = { code: "nan", message: "The loss is not finite.", severity: "error" as const, hint: null };
  expect(after([{ seq: 1, time: 1, type: "problem", problem }, { seq: 2, time: 2, type: "problem", problem }]).problems()).toHaveLength(1);
});

test("events of an unknown type move the number and nothing else", () => {
  const history = after([{ seq: 5, time: 1, type: "weather" } as unknown as RunEvent]);
  expect([history.seq, history.epochs.length]).toEqual([5, 0]);
});

describe("changes on the way", () => {
  const change = (seq: number, step: number, value: number, setting = "learning_rate"): SettingChanged => ({
    seq,
    time: seq,
    type: "setting",
    setting,
    value,
    epoch: 1,
    step,
  });

  test("are told by the step from which on they count, whatever their order of arrival", () => {
    const history = new History();
    for (const event of [change(7, 30, 0.1), change(3, 12, 20, "epochs"), change(5, 20, 0.5)]) history.apply(event);
    expect(history.changes().map(({ setting, value, step }) => [setting, value, step])).toEqual([
      ["epochs", 20, 12],
      ["learning_rate", 0.5, 20],
      ["learning_rate", 0.1, 30],
    ]);
  });

  test("are told once where a later attempt makes them again", () => {
    const history = new History();
    for (const event of [change(3, 9, 0.1), change(8, 9, 0.1)]) history.apply(event);
    expect(history.changes()).toEqual([change(8, 9, 0.1)]);
  });
});
