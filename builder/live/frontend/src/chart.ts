/** One line chart over training steps, marked in epochs: a title, a legend that follows the pointer, and uPlot. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { h, setText, show } from "./dom";
import { count } from "./eta";
import { epochMarks, nearest, type Column } from "./series";
import type { Theme } from "./theme";

export type Role = "steps" | "smooth" | "training" | "validation";

export interface LineSpec {
  role: Role;
  label: string;
}

export interface Frame {
  columns: [number[], ...Column[]];
  lastStep: number;
  perEpoch: number | null;
  best: { step: number; epoch: number } | null;
  /** Which lines are drawn, by index into the specs. */
  shown: boolean[];
}

export interface ChartOptions {
  title: string;
  lines: LineSpec[];
  height: number;
  /** Charts with the same key share the pointer. */
  sync: string;
  /** The line on which the best epoch is marked, the first of these that has a value there. */
  marked: number[];
  /** Whether the mark says "best, epoch 7" beside its line. */
  named: boolean;
  format(value: number | null): string;
  /** The highest value that can be, where there is one. */
  ceiling?: number;
}

export class Chart {
  readonly element: HTMLElement;
  readonly tools = h("div", { class: "tools" });
  private readonly plot = h("div", { class: "plot" });
  private readonly empty = h("p", { class: "empty" }, "The curves begin with the first step.");
  private readonly where = h("span", { class: "where" });
  private readonly values: HTMLElement[];
  private readonly items: HTMLElement[];
  private readonly observer: ResizeObserver;
  private uplot: uPlot | null = null;
  private frame: Frame | null = null;
  private logarithmic = false;
  private pointer: number | null = null;

  constructor(
    private readonly options: ChartOptions,
    private readonly theme: () => Theme,
  ) {
    this.values = options.lines.map(() => h("span", { class: "value" }));
    this.items = options.lines.map((line, i) =>
      h("span", { class: `key ${line.role}` }, h("i", {}), `${line.label} `, this.values[i]!),
    );
    const legend = h("div", { class: "legend" }, ...this.items);
    this.empty.style.height = this.plot.style.minHeight = `${options.height}px`;
    this.element = h(
      "section",
      { class: "card chart", "aria-label": `${options.title} by epoch` },
      h("header", {}, h("h4", {}, options.title), this.where, this.tools),
      legend,
      this.empty,
      this.plot,
    );
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.plot);
  }

  draw(frame: Frame): void {
    this.frame = frame;
    const begun = frame.columns[0].length > 0;
    show(this.empty, !begun);
    show(this.plot, begun);
    if (!this.uplot) this.make();
    else {
      frame.shown.forEach((shown, i) => {
        if (this.uplot!.series[i + 1]!.show !== shown) this.uplot!.setSeries(i + 1, { show: shown });
      });
      this.uplot.setData(frame.columns as uPlot.AlignedData);
    }
    frame.shown.forEach((shown, i) => (this.items[i]!.hidden = !shown));
    this.tell();
  }

  /** Draw again in the colours of the theme. */
  repaint(): void {
    this.uplot?.redraw();
  }

  setLogarithmic(yes: boolean): void {
    if (yes === this.logarithmic) return;
    this.logarithmic = yes;
    this.make();
  }

  destroy(): void {
    this.observer.disconnect();
    this.uplot?.destroy();
  }

  private resize(): void {
    const width = this.plot.clientWidth;
    if (!width) return;
    if (!this.uplot) this.make();
    else if (this.uplot.width !== width) this.uplot.setSize({ width, height: this.options.height });
  }

  private make(): void {
    const width = this.plot.clientWidth;
    if (!width || !this.frame?.columns[0].length) return;
    this.uplot?.destroy();
    this.uplot = new uPlot(this.configuration(width), this.frame.columns as uPlot.AlignedData, this.plot);
    this.tell();
  }

  private configuration(width: number): uPlot.Options {
    const { options } = this;
    const axis: uPlot.Axis = {
      stroke: () => this.theme().muted,
      grid: { stroke: () => this.theme().line, width: 1 },
      ticks: { show: false },
      font: `11px ${this.theme().font}`,
    };
    return {
      width,
      height: options.height,
      legend: { show: false },
      padding: [12, 12, 0, 0],
      cursor: {
        y: false,
        drag: { x: false, y: false },
        sync: { key: options.sync, scales: ["x", null] },
        points: { size: 7, width: 2, fill: () => this.theme().surface },
      },
      scales: {
        x: { time: false, range: () => [0, Math.max(1, this.frame!.lastStep)] },
        y: this.logarithmic
          ? { distr: 3, log: 10, range: (_, low, high) => logRange(low, high) }
          : { range: (_, low, high) => linearRange(low, high, options.ceiling) },
      },
      axes: [
        {
          ...axis,
          gap: 7,
          size: 22,
          splits: (u) => this.marks(u.width - 70),
          values: (_, splits) => splits.map((split) => this.markText(split)),
        },
        {
          ...axis,
          gap: 4,
          size: (_, values) => Math.max(48, ...(values ?? []).map((value) => 14 + 6.4 * (value?.length ?? 0))),
          values: (_, splits) => splits.map((split) => (split === null ? "" : axisNumber(split, options.ceiling))),
        },
      ],
      series: [{}, ...options.lines.map((line, i) => this.series(line.role, this.frame!.shown[i] ?? true))],
      hooks: {
        draw: [
          (u) => {
            this.drawUnit(u);
            this.drawBest(u);
          },
        ],
        setCursor: [
          (u) => {
            this.pointer = u.cursor.idx ?? null;
            this.tell();
          },
        ],
      },
    };
  }

  private series(role: Role, shown: boolean): uPlot.Series {
    const width = { steps: 1, smooth: 1.5, training: 1.5, validation: 2.5 }[role];
    const stroke = () => this.stroke(role);
    const points: uPlot.Series.Points =
      role === "training" || role === "validation"
        ? { size: role === "validation" ? 6 : 4, fill: stroke, stroke, width: 0, show: (u, i) => roomForPoints(u, i) }
        : { show: false };
    return { show: shown, width, stroke, points };
  }

  private stroke(role: Role): string {
    const theme = this.theme();
    if (role === "validation") return theme.validation;
    if (role === "training") return theme.training;
    return role === "smooth" ? theme.trainingLight : this.frame?.shown[1] ? theme.trainingFaint : theme.trainingLight;
  }

  private marks(width: number): number[] {
    const { lastStep, perEpoch } = this.frame!;
    const most = Math.max(2, Math.floor(width / 48));
    return epochMarks(lastStep, perEpoch ?? Math.max(1, lastStep / 4), most);
  }

  private markText(step: number): string {
    const { perEpoch } = this.frame!;
    return perEpoch ? String(Number((step / perEpoch).toFixed(2))) : count(step);
  }

  /** The values under the pointer, or else the newest. */
  private tell(): void {
    if (!this.frame) return;
    const { columns, perEpoch } = this.frame;
    const [steps, ...lines] = columns;
    const at = this.pointer !== null && this.pointer < steps.length ? this.pointer : null;
    lines.forEach((column, i) => {
      const index = nearest(column, at ?? column.length - 1);
      setText(this.values[i]!, index < 0 ? "" : this.options.format(column[index] ?? null));
    });
    const step = at === null ? undefined : steps[at];
    setText(this.where, step === undefined ? "" : pointed(step, perEpoch));
  }

  /** What the numbers along the axis count, in the corner that they leave free. */
  private drawUnit(u: uPlot): void {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.font = `${11 * ratio}px ${this.theme().font}`;
    ctx.fillStyle = this.theme().muted;
    ctx.textAlign = "right";
    ctx.textBaseline = "top";
    ctx.fillText(this.frame!.perEpoch ? "epoch" : "step", bbox.left - 10 * ratio, bbox.top + bbox.height + 7 * ratio);
    ctx.restore();
  }

  private drawBest(u: uPlot): void {
    const { best, columns } = this.frame!;
    if (!best) return;
    const theme = this.theme();
    const ratio = devicePixelRatio;
    const { ctx, bbox } = u;
    const x = Math.round(u.valToPos(best.step, "x", true));
    if (x < bbox.left || x > bbox.left + bbox.width + 1) return;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = theme.muted;
    ctx.lineWidth = ratio;
    ctx.setLineDash([3 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.setLineDash([]);
    const index = columns[0].indexOf(best.step);
    for (const line of this.options.marked) {
      const value = columns[line + 1]?.[index];
      if (value == null) continue;
      const y = u.valToPos(value, "y", true);
      ctx.beginPath();
      ctx.arc(x, y, 5 * ratio, 0, 2 * Math.PI);
      ctx.fillStyle = this.stroke(this.options.lines[line]!.role);
      ctx.strokeStyle = theme.surface;
      ctx.lineWidth = 2 * ratio;
      ctx.fill();
      ctx.stroke();
      break;
    }
    if (this.options.named) {
      const text = `best, epoch ${best.epoch}`;
      ctx.font = `${11 * ratio}px ${theme.font}`;
      ctx.textBaseline = "top";
      const room = bbox.left + bbox.width - x > ctx.measureText(text).width + 8 * ratio;
      ctx.textAlign = room ? "left" : "right";
      ctx.fillStyle = theme.muted;
      ctx.fillText(text, x + (room ? 6 : -6) * ratio, bbox.top);
    }
    ctx.restore();
  }
}

/** Points are marked while they stand apart; a single one always is. */
function roomForPoints(u: uPlot, line: number): boolean {
  const column = u.data[line] as Column;
  const points = column.reduce<number>((sum, value) => sum + (value == null ? 0 : 1), 0);
  return points * 14 < u.width;
}

function linearRange(low: number | null, high: number | null, ceiling: number | undefined): [number, number] {
  if (low === null || high === null) return [0, 1];
  const [from, to] = uPlot.rangeNum(low, high === low ? low + Math.max(Math.abs(low) * 0.1, 1e-6) : high, 0.08, true);
  return [low >= 0 ? Math.max(0, from!) : from!, ceiling === undefined ? to! : Math.min(ceiling, to!)];
}

/** From one digit to one digit (0.6 to 3): the marks of a logarithmic axis count on from its beginning. */
function logRange(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null || high <= 0) return [0.1, 1];
  const rounded = (value: number, round: (n: number) => number) => {
    const scale = 10 ** Math.floor(Math.log10(value));
    return Number((round(value / scale) * scale).toPrecision(1));
  };
  const from = rounded(low > 0 ? low : high / 1000, Math.floor);
  return [from, Math.max(rounded(high, Math.ceil), from * 2)];
}

function pointed(step: number, perEpoch: number | null): string {
  const epoch = perEpoch ? `epoch ${count(Math.max(1, Math.ceil(step / perEpoch)))}` : "";
  return perEpoch && step % perEpoch === 0 ? epoch : [epoch, `step ${count(step)}`].filter(Boolean).join(", ");
}

function axisNumber(value: number, ceiling: number | undefined): string {
  if (ceiling === 1) return `${Number((value * 100).toFixed(1))} %`;
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(0).replace("e+", "e");
  return size >= 1000 ? count(value) : String(Number(value.toPrecision(4)));
}
