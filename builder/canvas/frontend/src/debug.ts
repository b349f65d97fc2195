/** `window.__layerloom`: what tests and benchmarks look at. Nothing in the canvas reads it. */

import type { Store } from "./store";

const KEEP = 2_000;

export interface Debug {
  revision: number;
  pending: number;
  /** Milliseconds from each edit until its answer was painted. */
  latency: number[];
}

declare global {
  interface Window {
    __layerloom?: Debug;
  }
}

const debug = (): Debug => (window.__layerloom ??= { revision: 0, pending: 0, latency: [] });

export function watch(store: Store): void {
  store.subscribe(() => {
    const { revision, pending } = store.snapshot();
    Object.assign(debug(), { revision, pending });
  });
}

export function answered(started: number): void {
  // The timer of the frame's callback runs after that frame was painted.
  requestAnimationFrame(() =>
    setTimeout(() => {
      const { latency } = debug();
      latency.push(performance.now() - started);
      if (latency.length > KEEP) latency.shift();
    }),
  );
}
