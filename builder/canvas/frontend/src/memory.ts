/** Small habits of this browser: kept where it allows, and never needed. */

const PREFIX = "layerloom.canvas.";

export function recall<T>(name: string, otherwise: T): T {
  try {
    const text = window.localStorage.getItem(PREFIX + name);
    return text === null ? otherwise : (JSON.parse(text) as T);
  } catch {
    return otherwise; // storage is forbidden or holds something else
  }
}

export function remember(name: string, value: unknown): void {
  try {
    window.localStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // storage is forbidden or full: the habit lasts as long as the page
  }
}

const RECENT = 6;

export const recentKinds = (): string[] => recall<unknown[]>("recent", []).filter((kind) => typeof kind === "string");

export function used(kind: string): void {
  remember("recent", [kind, ...recentKinds().filter((other) => other !== kind)].slice(0, RECENT));
}
