import { describe, expect, it } from "vitest";
import { Catalog, type Layer, type Offer } from "./catalog";
import { Continuations, fittingFirst, kindOf, type Misfits } from "./continuations";
import { EMPTY, type Doc } from "./graph";

const offers = ["Dense", "LSTM", "Conv2D"].map((kind): Offer => ({ layer: new Catalog([]).get(kind) as Layer }));
const kinds = (sorted: readonly Offer[]): string[] => sorted.map(kindOf);

describe("what fits", () => {
  it("comes first, and keeps its order", () => {
    expect(kinds(fittingFirst(offers, { Dense: "needs 3 axes" }))).toEqual(["LSTM", "Conv2D", "Dense"]);
    expect(kinds(fittingFirst(offers, null))).toEqual(["Dense", "LSTM", "Conv2D"]);
  });
});

describe("continuations", () => {
  const setup = (answers: (Misfits | null)[]) => {
    const state = { doc: EMPTY as Doc, asked: 0 };
    const continuations = new Continuations(
      () => state.doc,
      () => Promise.resolve(answers[state.asked++] ?? null),
    );
    return { state, continuations };
  };

  it("are asked once for the same network", async () => {
    const { state, continuations } = setup([{ LSTM: "no" }]);
    expect(continuations.known("a")).toBeNull();
    expect(await continuations.ask("a")).toEqual({ LSTM: "no" });
    expect(continuations.known("a")).toEqual({ LSTM: "no" });
    await continuations.ask("a");
    expect(state.asked).toBe(1);
  });

  it("are asked anew for another network or node, and after there was no answer", async () => {
    const { state, continuations } = setup([null, {}, {}, {}]);
    expect(await continuations.ask("a")).toBeNull();
    expect(await continuations.ask("a")).toEqual({});
    await continuations.ask("b");
    state.doc = { ...EMPTY };
    expect(continuations.known("b")).toBeNull();
    await continuations.ask("b");
    expect(state.asked).toBe(4);
  });
});
