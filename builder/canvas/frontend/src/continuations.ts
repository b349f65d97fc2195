/** What does not fit behind a layer, asked of the server, so that what fits is offered first. */

import type { Offer } from "./catalog";
import type { Doc } from "./graph";
import { asDocument, ask, type Settings } from "./question";

/** Kind of a layer or ready block, and why it does not fit. */
export type Misfits = Readonly<Record<string, string>>;

type Ask = (doc: Doc, source: string) => Promise<Misfits | null>;

/** The latest answer is kept: one asks when one begins to pull, and again when one lets go. */
export class Continuations {
  private latest: { doc: Doc; source: string; answer: Promise<Misfits | null>; told: Misfits | null } | null = null;

  constructor(
    private readonly doc: () => Doc,
    private readonly question: Ask,
  ) {}

  /** What is known at once, or null. */
  known(source: string): Misfits | null {
    return this.latest?.source === source && this.latest.doc === this.doc() ? this.latest.told : null;
  }

  /** Null where nothing is known of the output of `source`, or nobody answers. */
  ask(source: string): Promise<Misfits | null> {
    const doc = this.doc();
    if (this.latest?.source === source && this.latest.doc === doc) return this.latest.answer;
    const asked = { doc, source, answer: this.question(doc, source), told: null as Misfits | null };
    this.latest = asked;
    void asked.answer.then((told) => {
      asked.told = told;
      if (told === null && this.latest === asked) this.latest = null;
    });
    return asked.answer;
  }
}

export const askServer =
  (settings: () => Settings): Ask =>
  async (doc, source) => {
    const question = { document: asDocument(doc, settings()), source };
    return (await ask<{ misfits: Misfits }>("api/analyse/continuations", question))?.misfits ?? null;
  };

export const kindOf = ({ layer, block }: Offer): string => (layer ?? block).kind;

/** What fits, then what does not, each in the order in which it came. */
export function fittingFirst(offers: readonly Offer[], misfits: Misfits | null): Offer[] {
  if (misfits === null) return [...offers];
  const fits = (offer: Offer): boolean => misfits[kindOf(offer)] === undefined;
  return [...offers.filter(fits), ...offers.filter((offer) => !fits(offer))];
}
