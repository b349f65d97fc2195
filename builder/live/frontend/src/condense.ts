/** Thinning a curve so that nothing one would look for is lost: its lowest and highest values, its gaps, its ends. */

/**
 * The indices that stay, ascending: of each `bucket` neighbours the lowest, the highest and one gap, and of all the
 * first and the last. What stays of what stayed before still holds every extreme, so that this can be done again.
 */
export function kept(values: readonly (number | null)[], bucket: number): number[] {
  const indices: number[] = [];
  for (let start = 0; start < values.length; start += bucket) {
    const end = Math.min(start + bucket, values.length);
    let low = -1;
    let high = -1;
    let gap = -1;
    for (let i = start; i < end; i++) {
      const value = values[i] ?? null;
      if (value === null) gap = gap < 0 ? i : gap;
      else {
        if (low < 0 || value < values[low]!) low = i;
        if (high < 0 || value >= values[high]!) high = i;
      }
    }
    const wanted = new Set([start === 0 ? 0 : -1, low, high, gap, end === values.length ? end - 1 : -1]);
    indices.push(...[...wanted].filter((i) => i >= 0).sort((a, b) => a - b));
  }
  return indices;
}
