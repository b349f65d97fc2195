import { expect, test } from "vitest";
import { axesOf, bytesText, compactShape, sampleSize, shareText, tensorSentence } from "./tensor";

test("the label is short", () => {
  expect(compactShape([null, 28, 28, 16])).toBe("28×28×16");
  expect(compactShape([null, null, 1024])).toBe("?×1,024");
  expect(compactShape([null])).toBe("scalar");
});

test("the card names every axis", () => {
  const image = [null, 28, 28, 16];
  expect(axesOf(image, ["height", "width", "channels"])[1]).toEqual({ name: "height", length: "28" });
  expect(tensorSentence(image, ["height", "width", "channels"], "float32")).toBe(
    "batch × height 28 × width 28 × channels 16, float32, 50.2 kB a sample",
  );
  expect(tensorSentence([null, null, 8], undefined, "string")).toBe("batch × ? × 8, string");
});

test("the size of a sample", () => {
  expect(sampleSize([null, 10], "float16")).toBe("20 bytes a sample");
  expect(sampleSize([null, 10], "bool")).toBe("10 bytes a sample");
  expect(sampleSize([null, null], "float32")).toBeNull();
  expect(sampleSize([null, 3], "string")).toBeNull();
  expect([1, 999, 1_000, 12_345, 999_999, 5e9].map(bytesText)).toEqual([
    "1 byte",
    "999 bytes",
    "1.0 kB",
    "12.3 kB",
    "1.0 MB",
    "5.0 GB",
  ]);
});

test("a share says when it is tiny", () => {
  expect([0.2, 0.6, 85.6].map(shareText)).toEqual(["<1 %", "1 %", "86 %"]);
});
