import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";

import type { EpochEnded } from "./events";
import { along, paceOf, SPEEDS, Timeline } from "./timeline";

const epoch = (number: number, seconds: number): EpochEnded => ({
  seq: number,
  time: number * 1000,
  type: "epoch",
  epoch: number,
  step: number * 10,
  metrics: {},
  seconds,
  learning_rate: null,
  best: false,
});

const pace = paceOf([epoch(1, 1), epoch(2, 3)], 20);

test("a run's pace is that of its epochs, without the pauses between them", () => {
  expect(pace).toEqual({ seconds: [0, 1, 4], steps: [0, 10, 20] });
});

test("an epoch that has not ended goes on at the mean pace, and a run without epochs is watchable", () => {
  expect(paceOf([epoch(1, 2)], 15).seconds).toEqual([0, 2, 3]);
  expect(paceOf([], 100)).toEqual({ seconds: [0, 12], steps: [0, 100] });
});

test("an epoch in which much was compiled does not hold up the replay", () => {
  expect(paceOf([epoch(1, 60), epoch(2, 1), epoch(3, 1)], 30).seconds).toEqual([0, 3, 4, 5]);
});

test("times and steps lead to each other", () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 4, noNaN: true }), (seconds) => {
      expect(along(pace.steps, pace.seconds, along(pace.seconds, pace.steps, seconds))).toBeCloseTo(seconds);
    }),
  );
  expect(along([0, 1], [5, 6], 9)).toBe(6);
  expect(along([], [], 1)).toBe(0);
});

describe("a timeline", () => {
  const made = () => new Timeline(vi.fn());

  test("follows the newest until an earlier step is looked at", () => {
    const line = made();
    line.seek(5, 20);
    expect(line.at).toBe(5);
    line.seek(20, 20);
    expect(line.at).toBeNull();
  });

  test("plays from the start to the end, and follows again", () => {
    const line = made();
    line.choose(2);
    line.toggle();
    expect(line.at).toBe(0);
    line.advance(0.5, pace);
    expect(line.at).toBe(10);
    line.advance(0.75, pace);
    expect(line.at).toBeCloseTo(15);
    line.advance(5, pace);
    expect([line.at, line.playing]).toEqual([null, false]);
  });

  test("holds, and goes on from there", () => {
    const line = made();
    line.choose(1);
    line.toggle();
    line.advance(1, pace);
    line.toggle();
    line.advance(1, pace);
    expect(line.at).toBe(10);
    line.toggle();
    expect(line.at).toBe(10);
  });

  test("never goes back while it plays", () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 0.2, noNaN: true })), fc.constantFrom(...SPEEDS), (beats, speed) => {
        const line = made();
        line.choose(speed);
        line.toggle();
        let before = 0;
        for (const beat of beats) {
          line.advance(beat, pace);
          // Rounding may take a billionth back.
          expect(line.at ?? 20).toBeGreaterThanOrEqual(before - 1e-9);
          before = line.at ?? 20;
        }
      }),
    );
  });

  test("takes a speed at first at which one can watch", () => {
    expect(made().speed(pace)).toBe(0.5);
    expect(made().speed(paceOf([epoch(1, 3600)], 10))).toBe(500);
  });
});
