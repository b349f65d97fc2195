/** The part of the run that the charts show, and the step under the pointer: the same for all of them. */

export class Viewport {
  /** First and last step shown; null shows everything, and grows with the run. */
  zoomed: readonly [number, number] | null = null;
  /** The step under the pointer of any chart. */
  pointer: number | null = null;

  constructor(
    private readonly onZoom: () => void,
    private readonly onPointer: (step: number | null) => void,
  ) {}

  range(last: number): [number, number] {
    return this.zoomed ? [this.zoomed[0], this.zoomed[1]] : [0, last];
  }

  /** Show the steps between two, in either order, where they are far enough apart to be told from each other. */
  show(one: number, other: number, last: number): void {
    const from = Math.max(0, Math.min(one, other));
    const to = Math.min(last, Math.max(one, other));
    if (to - from < Math.min(2, last)) return;
    this.zoomed = from <= 0 && to >= last ? null : [from, to];
    this.onZoom();
  }

  /** Show `factor` times as much around a step, which stays where it is. */
  scale(factor: number, around: number, last: number): void {
    const [from, to] = this.range(last);
    this.show(around - (around - from) * factor, around + (to - around) * factor, last);
  }

  reset(): void {
    if (!this.zoomed) return;
    this.zoomed = null;
    this.onZoom();
  }

  point(step: number | null): void {
    if (step === this.pointer) return;
    this.pointer = step;
    this.onPointer(step);
  }
}
