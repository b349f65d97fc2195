import { describe, expect, test } from "vitest";

import { bytes, duration, elapsed, isShare, learningRate, metric, number, percent, rate, timeLeft, title } from "./eta";

describe("times", () => {
  test.each([
    [0.0213, "21 ms"],
    [0.9996, "1.0 s"],
    [9.94, "9.9 s"],
    [9.96, "10 s"],
    [59.4, "59 s"],
    [59.6, "1 min"],
    [200, "3 min 20 s"],
    [3599.6, "1 h"],
    [3900, "1 h 5 min"],
    [86_400 - 1, "1 d"],
    [51 * 3600, "2 d 3 h"],
    [NaN, "–"],
    [-1, "–"],
  ])("duration of %d s is %s", (seconds, text) => expect(duration(seconds)).toBe(text));

  test.each([
    [0.2, "under 1 s"],
    [11.2, "12 s"],
    [59.2, "60 s"],
    [190, "3 min"],
    [4300, "1 h 10 min"],
    [Infinity, "–"],
  ])("time left of %d s is %s", (seconds, text) => expect(timeLeft(seconds)).toBe(text));

  test("a passing time counts whole seconds", () => {
    expect([0, 4.9, 12.7, 61.2].map(elapsed)).toEqual(["0 s", "4 s", "12 s", "1 min 1 s"]);
  });
});

describe("numbers", () => {
  test.each([
    [0, "0.0000"],
    [0.0931, "0.0931"],
    [0.001254, "0.00125"],
    [1.23456, "1.235"],
    [123.456, "123.5"],
    [1234.5, "1,235"],
    [-0.5, "-0.5000"],
    [0.000012, "1.2e-5"],
    [2.5e7, "2.5e7"],
    [null, "not finite"],
    [undefined, "–"],
  ])("%s is %s", (value, text) => expect(number(value)).toBe(text));

  test("rates keep three digits", () => {
    expect([3.14159, 842.4, 12_345].map(rate)).toEqual(["3.14 samples/s", "842 samples/s", "12,300 samples/s"]);
  });

  test("learning rates are written as people do", () => {
    expect([0.001, 0.0005, 1e-5, 2.5e-6, 1, 0].map(learningRate)).toEqual(["0.001", "0.0005", "1e-5", "2.5e-6", "1", "0"]);
  });

  test("bytes are in the unit of the total", () => {
    expect(bytes(4_200_000, 11_490_434)).toBe("4.2 of 11.5 MB");
    expect(bytes(900_000, 1_200_000_000)).toBe("0.0 of 1.2 GB");
    expect(bytes(512, null)).toBe("512 bytes");
  });
});

describe("metrics", () => {
  test.each(["accuracy", "val_accuracy", "sparse_top_k_categorical_accuracy", "left_precision", "recall_1", "f1_score"])(
    "%s is a share",
    (name) => expect(isShare(name)).toBe(true),
  );
  test.each(["loss", "auc", "mean_absolute_error", "accuracy_loss"])("%s is none", (name) => expect(isShare(name)).toBe(false));

  test("shares are in per cent, others plain", () => {
    expect(metric("val_accuracy", 0.9725)).toBe("97.3 %");
    expect(metric("mean_absolute_error", 39.49)).toBe("39.49");
    expect(metric("accuracy", null)).toBe("not finite");
  });

  test("a hundred per cent is only said of all", () => {
    expect([1, 0.99999, 0.5, 0].map(percent)).toEqual(["100 %", "99.9 %", "50.0 %", "0.0 %"]);
  });

  test("titles read as words", () => {
    expect(["accuracy", "mean_squared_error", "auc", "f1_score", "r2_score"].map(title)).toEqual([
      "Accuracy",
      "Mean squared error",
      "AUC",
      "F1 score",
      "R² score",
    ]);
  });
});
