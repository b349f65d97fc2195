/** One function for the life of a component that always does what the latest render says. */

import { useCallback, useLayoutEffect, useRef } from "react";

/**
 * React Flow stores every changed property at once and then asks every node, edge and handle whether it matters to
 * them: a new closure a render costs more than all else.
 */
export function useStable<A extends unknown[], R>(job: (...args: A) => R): (...args: A) => R {
  const latest = useRef(job);
  useLayoutEffect(() => {
    latest.current = job;
  });
  return useCallback((...args: A) => latest.current(...args), []);
}
