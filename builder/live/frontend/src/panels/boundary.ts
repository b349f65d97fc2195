/** What the network says all over the plane of data with two input numbers, and the samples in it. */

import { cells, fitted } from "../canvas";
import { h, setText } from "../dom";
import { number, percent } from "../eta";
import type { Boundary, Points } from "../events";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";
import { css, mix, type Rgb, type Theme } from "../theme";

const LARGEST = 420;

class BoundaryPanel {
  readonly element: HTMLElement;
  private readonly canvas = h("canvas", { role: "img" });
  private readonly frame = h("div", { class: "plane" }, this.canvas);
  private readonly legend = h("div", { class: "legend" });
  private readonly readout = h("p", { class: "readout" });
  private readonly observer: ResizeObserver;
  private scene: Scene | null = null;
  private shown: Boundary | null = null;
  private picture: HTMLCanvasElement | null = null;
  private painted = "";

  constructor(private readonly stage: Stage) {
    this.element = h("section", { class: "card boundary", "aria-label": "Decision boundary" }, h("header", {}, h("h4", {}, "Decision boundary")), this.legend, this.frame, this.readout);
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => setText(this.readout, this.summary()));
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.frame);
  }

  draw(scene: Scene): boolean {
    this.scene = scene;
    const [output] = scene.history.outputs("boundary");
    const list = scene.history.all("boundary", output);
    const boundary = list[scene.indexOf(list)];
    if (!boundary) return false;
    if (boundary !== this.shown) {
      this.shown = boundary;
      this.picture = null;
      setText(this.readout, this.summary());
      this.canvas.setAttribute("aria-label", `What the network says over the plane, ${this.summary()}`);
    }
    this.paint();
    return true;
  }

  repaint(): void {
    this.picture = null;
    this.painted = "";
    this.paint();
  }

  destroy(): void {
    this.observer.disconnect();
  }

  private summary(): string {
    return this.shown ? `epoch ${this.shown.epoch}` : "";
  }

  private name(value: number): string {
    return this.scene?.history.model?.classes[value] ?? String(value);
  }

  private paint(): void {
    const { shown: boundary, scene } = this;
    const side = Math.min(LARGEST, this.frame.clientWidth);
    if (!boundary || !scene || !side) return;
    const points = scene.history.last("points");
    const key = [boundary.seq, points?.seq, side, devicePixelRatio].join();
    if (key === this.painted && this.picture) return;
    this.painted = key;
    const theme = this.stage.theme();
    const color = palette(boundary, points, theme);
    const { size, values, probabilities } = boundary;
    this.picture ??= cells(size, size, (x, y) => {
      const i = (size - 1 - y) * size + x;
      const value = values[i] ?? null;
      return value === null ? theme.paper : mix(color(value), theme.paper, boundary.classes ? 0.08 + 0.6 * sure(probabilities[i] ?? 1, boundary.classes) : 0.7);
    });
    const ctx = fitted(this.canvas, side, side);
    if (!ctx) return;
    this.canvas.style.width = `${side}px`;
    ctx.imageSmoothingEnabled = true;
    ctx.drawImage(this.picture, 0, 0, side, side);
    if (points) paintPoints(ctx, boundary, points, side, color, theme);
    this.explain(boundary, color);
  }

  private explain({ classes }: Boundary, color: (value: number) => Rgb): void {
    this.legend.replaceChildren(
      ...Array.from({ length: Math.min(classes, 10) }, (_, i) => {
        const swatch = h("i", { class: "swatch" });
        swatch.style.background = css(color(i));
        return h("span", {}, swatch, this.name(i));
      }),
    );
  }

  private hover(event: PointerEvent): void {
    const { shown: boundary } = this;
    if (!boundary) return;
    const box = this.canvas.getBoundingClientRect();
    const place = (share: number) => Math.max(0, Math.min(boundary.size - 1, Math.floor(share * boundary.size)));
    const column = place((event.clientX - box.left) / box.width);
    const row = place(1 - (event.clientY - box.top) / box.height);
    const at = (axis: 0 | 1, i: number) => boundary.low[axis] + (i / (boundary.size - 1)) * (boundary.high[axis] - boundary.low[axis]);
    const i = row * boundary.size + column;
    const value = boundary.values[i];
    const share = boundary.probabilities[i];
    const said = value == null ? "no number" : boundary.classes ? this.name(value) + (share == null ? "" : `, ${percent(share)}`) : number(value);
    setText(this.readout, `at ${at(0, column).toFixed(2)}, ${at(1, row).toFixed(2)}: ${said}`);
  }
}

/** The colour of a class, or of a value between the lowest and the highest. */
function palette(boundary: Boundary, points: Points | null, theme: Theme): (value: number) => Rgb {
  if (boundary.classes) return (value) => theme.classes[value % theme.classes.length]!;
  const all = [...boundary.values, ...(points?.labels ?? [])].filter((value) => value !== null);
  const low = Math.min(...all);
  const high = Math.max(...all);
  return (value) => mix(theme.wrong, theme.right, (value - low) / (high - low || 1));
}

/** How sure a probability is, from 0 where all classes are as likely to 1. */
function sure(probability: number, classes: number): number {
  return Math.max(0, (probability - 1 / classes) / (1 - 1 / classes));
}

function paintPoints(ctx: CanvasRenderingContext2D, boundary: Boundary, points: Points, side: number, color: (value: number) => Rgb, theme: Theme): void {
  const { low, high, size } = boundary;
  const cell = side / size;
  const along = (value: number, axis: 0 | 1) => cell / 2 + ((value - low[axis]) / (high[axis] - low[axis] || 1)) * (side - cell);
  ctx.lineWidth = 1;
  ctx.strokeStyle = css(theme.paper);
  points.xs.forEach((x, i) => {
    ctx.beginPath();
    ctx.arc(along(x, 0), side - along(points.ys[i]!, 1), 3, 0, 2 * Math.PI);
    ctx.fillStyle = css(color(points.labels[i]!));
    ctx.fill();
    ctx.stroke();
  });
}

export default { place: "side", order: 40, make: (stage) => new BoundaryPanel(stage) } satisfies PanelSpec;
