/**
 * The clipboard for buttons. Pages without HTTPS have none, and a person may refuse it: then what was copied last in
 * this browser is pasted.
 */

import { recall, remember } from "./memory";

const LAST = "copied";

/** What was copied, whichever way. */
export const keep = (text: string): void => remember(LAST, text);

export function put(text: string): void {
  keep(text);
  navigator.clipboard?.writeText(text).catch(() => undefined); // it is kept here all the same
}

export async function take(): Promise<string> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return recall(LAST, "");
  }
}
