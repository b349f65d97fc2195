/** Questions to the server about the network as it is drawn here, which it answers sooner than a run of the script. */

import type { Doc } from "./graph";

/** What else belongs to the draft: its data and how it trains, as the server last told them. */
export interface Settings {
  data: unknown;
  training: unknown;
}

/** The network as a document. Where its layers stand matters only to answers that add some. */
export function asDocument(doc: Doc, { data, training }: Settings, placed = false): object {
  const { layout, folded, ...model } = doc;
  return { format: 1, name: "Canvas", model, data, training, ...(placed && { layout, folded }) };
}

/** Milliseconds that an answer is waited for. */
const PATIENCE = 5_000;

/** The server's answer, or null where it has none. */
export async function ask<Answer>(path: string, question: object): Promise<Answer | null> {
  try {
    const response = await fetch(new URL(path, document.baseURI), {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(question),
      signal: AbortSignal.timeout(PATIENCE),
    });
    return response.ok ? ((await response.json()) as Answer) : null;
  } catch {
    return null;
  }
}
