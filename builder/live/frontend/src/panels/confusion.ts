/** The confusion matrix: what the network took each class for, epoch by epoch. */

import { h, icon, setText, show } from "../dom";
import { count, percent } from "../eta";
import type { ConfusionMatrix } from "../events";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";
import { css, luminance, mix, type Theme } from "../theme";
import { PlayButton } from "../transport";

const SMALLEST_WITH_COUNT = 22;
const LARGEST_CELL = 80;
const LARGEST_SIDE = 560;
const NAME_ROOM = 96;
const PREVIOUS = "M10.5 2.5 5 8l5.5 5.5 1-1L7 8l4.5-4.5z";
const NEXT = "M5.5 2.5 11 8l-5.5 5.5-1-1L9 8 4.5 3.5z";

/** `counts[row * size + column]` samples of the class `row` were taken for `column`. */
interface Matrix {
  epoch: number;
  seq: number;
  size: number;
  counts: number[];
}

class Confusion {
  readonly element: HTMLElement;
  private readonly canvas = h("canvas", { tabindex: 0, role: "img" });
  private readonly frame = h("div", { class: "matrix" }, this.canvas);
  private readonly headline = h("span", { class: "headline" });
  private readonly readout = h("p", { class: "readout", "aria-live": "polite" });
  private readonly chooser = h("select", { "aria-label": "Output" });
  private readonly slider = h("input", { type: "range", min: 0, step: 1, "aria-label": "Epoch of the confusion matrix" });
  private readonly back = h("button", { type: "button", class: "small", title: "Earlier epoch", "aria-label": "Earlier epoch" }, icon(PREVIOUS));
  private readonly forward = h("button", { type: "button", class: "small", title: "Later epoch", "aria-label": "Later epoch" }, icon(NEXT));
  private readonly live = h("button", { type: "button", class: "small live", title: "Follow the newest epoch" }, "Newest");
  private readonly when = h("span", { class: "when" });
  private readonly observer: ResizeObserver;
  private readonly play: PlayButton;
  private scene: Scene | null = null;
  private output = "";
  private matrix: Matrix | null = null;
  private cell: { row: number; column: number } | null = null;
  private grid = { left: 0, top: 0, size: 0 };
  private drawn = "";

  constructor(private readonly stage: Stage) {
    this.play = new PlayButton(stage.timeline);
    this.element = h(
      "section",
      { class: "card confusion", "aria-label": "Confusion matrix" },
      h("header", {}, h("h4", {}, "Confusion matrix"), this.headline, this.chooser),
      this.frame,
      this.readout,
      h("div", { class: "epochs" }, this.play.element, this.back, this.slider, this.forward, this.when, this.live),
    );
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.back.addEventListener("click", () => this.go(this.index() - 1));
    this.forward.addEventListener("click", () => this.go(this.index() + 1));
    this.live.addEventListener("click", () => stage.timeline.follow());
    this.chooser.addEventListener("change", () => {
      this.output = this.chooser.value;
      this.cell = null;
      this.paint();
    });
    this.canvas.addEventListener("pointermove", (event) => this.hover(event));
    this.canvas.addEventListener("pointerleave", () => this.look(null));
    this.canvas.addEventListener("keydown", (event) => this.move(event));
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.frame);
  }

  draw(scene: Scene): boolean {
    this.scene = scene;
    const names = scene.history.outputs("confusion");
    if (!names.includes(this.output)) this.output = names[0] ?? "";
    if (this.chooser.length !== names.length) {
      this.chooser.replaceChildren(...names.map((name) => h("option", { value: name, selected: name === this.output }, name)));
    }
    show(this.chooser, names.length > 1);
    this.play.draw(this.stage.timeline.playing);
    this.paint();
    return names.length > 0;
  }

  repaint(): void {
    this.drawn = "";
    this.paint();
  }

  destroy(): void {
    this.observer.disconnect();
  }

  private list(): readonly ConfusionMatrix[] {
    return this.scene?.history.all("confusion", this.output) ?? [];
  }

  private index(): number {
    return this.scene?.indexOf(this.list()) ?? -1;
  }

  private go(index: number): void {
    const list = this.list();
    const to = list[Math.max(0, Math.min(list.length - 1, index))];
    if (!to || !this.scene) return;
    if (to === list.at(-1)) this.stage.timeline.follow();
    else this.stage.timeline.seek(this.scene.endOf(to.epoch), this.scene.newest);
  }

  private paint(): void {
    const list = this.list();
    const index = this.index();
    const told = list[index];
    if (!told) return;
    if (this.matrix?.seq !== told.seq) {
      this.matrix = { epoch: told.epoch, seq: told.seq, size: told.matrix.length, counts: told.matrix.flat() };
    }
    const { matrix } = this;
    this.slider.max = String(list.length - 1);
    this.slider.value = String(index);
    this.slider.style.setProperty("--share", `${(index / Math.max(1, list.length - 1)) * 100}%`);
    this.slider.disabled = list.length < 2;
    this.back.disabled = index === 0;
    this.forward.disabled = index === list.length - 1;
    this.live.setAttribute("aria-pressed", String(this.stage.timeline.at === null));
    setText(this.when, `epoch ${matrix.epoch}`);
    setText(this.headline, `${percent(accuracy(matrix))} right on ${count(total(matrix))} validation samples`);
    this.paintMatrix(matrix);
    this.tell(matrix);
  }

  private name(index: number): string {
    return this.scene?.history.model?.classes[index] ?? String(index);
  }

  private paintMatrix(matrix: Matrix): void {
    const width = this.frame.clientWidth;
    if (!width) return;
    const key = [matrix.seq, width, devicePixelRatio, this.scene?.history.model?.classes.length, this.cell?.row, this.cell?.column].join();
    if (key === this.drawn) return;
    this.drawn = key;
    const theme = this.stage.theme();
    const ratio = devicePixelRatio;
    const ctx = this.canvas.getContext("2d")!;
    const names = Array.from({ length: matrix.size }, (_, i) => this.name(i));
    ctx.font = `12px ${theme.font}`;
    const longest = Math.min(NAME_ROOM, Math.max(...names.map((name) => ctx.measureText(name).width)));
    const left = Math.ceil(longest) + 28;
    const size = Math.max(1, Math.min(LARGEST_CELL, LARGEST_SIDE / matrix.size, (width - left - 2) / matrix.size));
    const cell = size > 8 ? Math.floor(size) : size;
    const upright = longest > cell - 4;
    const top = (upright ? Math.ceil(longest) : 16) + 24;
    const side = cell * matrix.size;
    const height = top + side + 2;
    this.grid = { left, top, size: cell };
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.canvas.style.height = `${height}px`;
    ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.paintCells(ctx, matrix, theme);
    this.paintNames(ctx, names, theme, { upright, left, top, cell, longest });
    if (this.cell) {
      ctx.strokeStyle = theme.text;
      ctx.lineWidth = 2;
      ctx.strokeRect(left + this.cell.column * cell + 1, top + this.cell.row * cell + 1, cell - 2, cell - 2);
    }
  }

  private paintCells(ctx: CanvasRenderingContext2D, matrix: Matrix, theme: Theme): void {
    const { left, top, size } = this.grid;
    const gap = size >= 12 ? 1 : 0;
    const counted = size >= SMALLEST_WITH_COUNT;
    ctx.textAlign = "center";
    ctx.textBaseline = "middle";
    for (let row = 0; row < matrix.size; row++) {
      const sum = rowSum(matrix, row);
      for (let column = 0; column < matrix.size; column++) {
        const n = matrix.counts[row * matrix.size + column]!;
        const share = sum ? n / sum : 0;
        const hue = row === column ? theme.right : theme.wrong;
        // The root lifts rare mistakes into sight; an empty cell stays a hint of the surface.
        const color = n ? mix(hue, theme.paper, 0.12 + 0.88 * Math.sqrt(share)) : mix(theme.ink, theme.paper, 0.05);
        ctx.fillStyle = css(color);
        ctx.fillRect(left + column * size, top + row * size, size - gap, size - gap);
        if (counted && n) {
          const text = count(n);
          ctx.font = `${Math.max(10, Math.min(13, size / 2.6))}px ${theme.font}`;
          if (ctx.measureText(text).width > size - 3) continue;
          ctx.fillStyle = luminance(color) > 0.32 ? "#11151c" : "#ffffff";
          ctx.fillText(text, left + (column + 0.5) * size, top + (row + 0.5) * size + 0.5);
        }
      }
    }
  }

  private paintNames(
    ctx: CanvasRenderingContext2D,
    names: string[],
    theme: Theme,
    at: { upright: boolean; left: number; top: number; cell: number; longest: number },
  ): void {
    const { upright, left, top, cell, longest } = at;
    const every = Math.max(1, Math.ceil(14 / cell));
    ctx.font = `12px ${theme.font}`;
    ctx.fillStyle = theme.text;
    ctx.textBaseline = "middle";
    names.forEach((name, i) => {
      if (i % every) return;
      const short = shortened(ctx, name, longest);
      const middle = (i + 0.5) * cell;
      ctx.textAlign = "right";
      ctx.fillText(short, left - 6, top + middle);
      ctx.save();
      ctx.translate(left + middle, top - 6);
      if (upright) ctx.rotate(-Math.PI / 2);
      ctx.textAlign = upright ? "left" : "center";
      ctx.fillText(short, 0, upright ? 0 : -6);
      ctx.restore();
    });
    ctx.font = `11px ${theme.font}`;
    ctx.fillStyle = theme.muted;
    ctx.textAlign = "left";
    ctx.fillText("predicted", left, 8);
    ctx.save();
    ctx.translate(8, top);
    ctx.rotate(-Math.PI / 2);
    ctx.textAlign = "right";
    ctx.fillText("true", 0, 0);
    ctx.restore();
  }

  private hover(event: PointerEvent): void {
    const { matrix } = this;
    if (!matrix) return;
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - this.grid.left) / this.grid.size);
    const row = Math.floor((event.clientY - box.top - this.grid.top) / this.grid.size);
    const inside = row >= 0 && column >= 0 && row < matrix.size && column < matrix.size;
    this.look(inside ? { row, column } : null);
  }

  private move(event: KeyboardEvent): void {
    const { matrix } = this;
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!matrix || !by) return;
    event.preventDefault();
    const limit = (n: number) => Math.max(0, Math.min(matrix.size - 1, n));
    const from = this.cell ?? { row: 0, column: 0 };
    this.look(this.cell ? { row: limit(from.row + by[0]!), column: limit(from.column + by[1]!) } : from);
  }

  private look(cell: { row: number; column: number } | null): void {
    if (cell?.row === this.cell?.row && cell?.column === this.cell?.column) return;
    this.cell = cell;
    this.paint();
  }

  private tell(matrix: Matrix): void {
    const cell = this.cell ?? mostConfused(matrix);
    const text = cell ? this.sentence(matrix, cell.row, cell.column) : "No mistake on the validation samples.";
    setText(this.readout, this.cell || !cell ? text : `Most frequent mistake: ${text}`);
    this.canvas.setAttribute(
      "aria-label",
      `Confusion matrix of ${matrix.size} classes after epoch ${matrix.epoch}: ${percent(accuracy(matrix))} right. ` +
        "Arrow keys read single cells.",
    );
  }

  private sentence(matrix: Matrix, row: number, column: number): string {
    const n = matrix.counts[row * matrix.size + column]!;
    const sum = rowSum(matrix, row);
    const share = sum ? ` (${percent(n / sum)})` : "";
    return `true ${this.name(row)}, predicted ${this.name(column)}: ${count(n)} of ${count(sum)}${share}`;
  }
}

function rowSum(matrix: Matrix, row: number): number {
  let sum = 0;
  for (let column = 0; column < matrix.size; column++) sum += matrix.counts[row * matrix.size + column]!;
  return sum;
}

function total(matrix: Matrix): number {
  return matrix.counts.reduce((sum, n) => sum + n, 0);
}

function accuracy(matrix: Matrix): number {
  let right = 0;
  for (let i = 0; i < matrix.size; i++) right += matrix.counts[i * (matrix.size + 1)]!;
  return right / Math.max(1, total(matrix));
}

function mostConfused(matrix: Matrix): { row: number; column: number } | null {
  let most = 0;
  let found: { row: number; column: number } | null = null;
  matrix.counts.forEach((n, i) => {
    const row = Math.floor(i / matrix.size);
    const column = i % matrix.size;
    if (row !== column && n > most) {
      most = n;
      found = { row, column };
    }
  });
  return found;
}

function shortened(ctx: CanvasRenderingContext2D, text: string, room: number): string {
  if (ctx.measureText(text).width <= room) return text;
  let length = text.length;
  while (length > 1 && ctx.measureText(`${text.slice(0, length)}…`).width > room) length--;
  return `${text.slice(0, length)}…`;
}

export default { place: "side", order: 50, make: (stage) => new Confusion(stage) } satisfies PanelSpec;
