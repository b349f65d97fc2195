import { describe, expect, it } from "vitest";
import blocks from "./blocks.cases.json";
import cases from "./edits.cases.json";
import { applyEdit, EditError, reachesBeyond, type Edit } from "./edits";
import { EMPTY, type Doc } from "./graph";

// tests/canvas/test_edits_agree.py holds builder/document/edit.py against the same cases.
describe("applyEdit", () => {
  const all = [...cases, ...blocks.cases.map((each) => ({ start: blocks.start, ...each }))];
  for (const { name, edit, ...wanted } of all as unknown as {
    name: string;
    start: Partial<Doc>;
    edit: Edit;
    result?: Partial<Doc>;
    error?: string;
  }[]) {
    it(name, () => {
      const start = { ...EMPTY, ...wanted.start };
      const before = structuredClone(start);
      if (wanted.result) expect(applyEdit(start, edit)).toStrictEqual({ ...EMPTY, ...wanted.result });
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
