import { describe, expect, it } from "vitest";
import cases from "./edits.cases.json";
import { applyEdit, EditError, reachesBeyond, type Edit } from "./edits";
import type { Doc } from "./graph";

// tests/canvas/test_edits_agree.py holds builder/document/edit.py against the same cases.
describe("applyEdit", () => {
  for (const { name, start, edit, ...wanted } of cases as unknown as {
    name: string;
    start: Doc;
    edit: Edit;
    result?: Doc;
    error?: string;
  }[]) {
    it(name, () => {
      const before = structuredClone(start);
      if (wanted.result) expect(applyEdit(start, edit)).toEqual(wanted.result);
      else {
        expect(() => applyEdit(start, edit)).toThrow(EditError);
        expect(() => applyEdit(start, edit)).toThrow(wanted.error);
      }
      expect(start).toEqual(before);
    });
  }
});

it("knows which edits change more than the graph", () => {
  expect(
    reachesBeyond({ op: "batch", edits: [{ op: "batch", edits: [{ op: "set", path: "name", value: "x" }] }] }),
  ).toBe(true);
  expect(reachesBeyond({ op: "batch", edits: [{ op: "move", positions: {} }] })).toBe(false);
});
