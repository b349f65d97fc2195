/** One line chart over training steps, marked in epochs: a title, a legend that follows the pointer, and uPlot. */

import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

import { axisNumber, GAPS, linearRange, logRange } from "./axes";
import { h, setText, show } from "./dom";
import { count } from "./eta";
import type { Stage } from "./panel";
import type { Scene } from "./scene";
import { closest, epochMarks, nearest, type Column } from "./series";
import type { Theme } from "./theme";

export type Role = "steps" | "smooth" | "training" | "validation";

export interface LineSpec {
  role: Role;
  label: string;
}

export type Columns = [number[], ...Column[]];

export interface ChartOptions {
  title: string;
  lines: LineSpec[];
  height: number;
  /** The line on which the best epoch is marked, the first of these that has a value there. */
  marked?: number[];
  /** Whether the mark says "best, epoch 7" beside its line. */
  named?: boolean;
  format(value: number | null): string;
  /** How the marks of the axis are written, where it is not as plain numbers. */
  axis?(value: number): string;
  /** The highest value that can be, where there is one. */
  ceiling?: number;
}

const KEYS = "Arrow keys read the values, plus and minus zoom, Escape shows everything.";

export class Chart {
  readonly element: HTMLElement;
  readonly tools = h("div", { class: "tools" });
  private readonly plot: HTMLElement;
  private readonly empty = h("p", { class: "empty" }, "The curves begin with the first step.");
  private readonly where = h("span", { class: "where" });
  private readonly spoken = h("span", { class: "spoken", "aria-live": "polite" });
  private readonly values: HTMLElement[];
  private readonly items: HTMLElement[];
  private readonly observer: ResizeObserver;
  private uplot: uPlot | null = null;
  private scene: Scene | null = null;
  private columns: Columns = [[]];
  private shown: boolean[] = [];
  private drawn = "";
  private logarithmic = false;

  constructor(
    private readonly options: ChartOptions,
    private readonly stage: Stage,
  ) {
    this.values = options.lines.map(() => h("span", { class: "value" }));
    this.items = options.lines.map((line, i) =>
      h("span", { class: `key ${line.role}` }, h("i", {}), `${line.label} `, this.values[i]!),
    );
    const legend = h("div", { class: "legend" }, ...this.items);
    this.plot = h("div", { class: "plot", tabindex: 0, role: "img", "aria-label": `${options.title} by epoch. ${KEYS}` });
    this.empty.style.height = this.plot.style.minHeight = `${options.height}px`;
    this.element = h(
      "section",
      { class: "card chart", "aria-label": `${options.title} by epoch` },
      h("header", {}, h("h4", {}, options.title), this.where, this.tools),
      legend,
      this.empty,
      this.plot,
      this.spoken,
    );
    this.plot.addEventListener("keydown", (event) => this.key(event));
    this.plot.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    this.observer = new ResizeObserver(() => this.resize());
    this.observer.observe(this.plot);
  }

  /** `columns`: the steps, then the values of each line; the same array as before says that nothing in it has changed. */
  draw(scene: Scene, columns: Columns, shown: boolean[]): void {
    const same = columns === this.columns && shown.join() === this.shown.join();
    Object.assign(this, { scene, columns, shown });
    const begun = columns[0].length > 0;
    show(this.empty, !begun);
    show(this.plot, begun);
    shown.forEach((is, i) => show(this.items[i]!, is));
    const view = [scene.lastStep, scene.at, scene.best?.epoch, this.stage.viewport.zoomed].join();
    if (!this.uplot) this.make();
    else if (!same) {
      shown.forEach((is, i) => {
        if (this.uplot!.series[i + 1]!.show !== is) this.uplot!.setSeries(i + 1, { show: is });
      });
      this.uplot.setData(columns as uPlot.AlignedData);
    } else if (view !== this.drawn) this.rescale();
    this.drawn = view;
    this.tell();
  }

  /** The values under the pointer, or else those of the moment looked at. */
  tell(): void {
    const { scene, columns } = this;
    if (!scene) return;
    const { pointer } = this.stage.viewport;
    this.showPointer(pointer);
    const step = pointer ?? scene.at;
    const [steps, ...lines] = columns;
    const index = step === null ? steps.length - 1 : closest(steps, step);
    lines.forEach((column, i) => {
      const at = nearest(column, index);
      setText(this.values[i]!, at < 0 ? "" : this.options.format(column[at] ?? null));
    });
    setText(this.where, pointer === null ? "" : pointed(Math.round(steps[index] ?? pointer), scene.perEpoch));
  }

  /** Draw again in the colours of the theme. */
  repaint(): void {
    this.uplot?.redraw(false, true);
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

  /** The data are as they were: only what is shown of them may have changed. */
  private rescale(): void {
    const u = this.uplot!;
    const [min, max] = this.stage.viewport.range(this.scene!.lastStep);
    if (u.scales["x"]!.min === min && u.scales["x"]!.max === max) u.redraw(false, false);
    else u.setScale("x", { min, max });
  }

  private make(): void {
    const width = this.plot.clientWidth;
    if (!width || !this.columns[0].length) return;
    this.uplot?.destroy();
    this.uplot = new uPlot(this.configuration(width), this.columns as uPlot.AlignedData, this.plot);
    this.tell();
  }

  private configuration(width: number): uPlot.Options {
    const { options, stage } = this;
    const { viewport } = stage;
    const axis: uPlot.Axis = {
      stroke: () => stage.theme().muted,
      grid: { stroke: () => stage.theme().line, width: 1 },
      ticks: { show: false },
      font: `11px ${stage.theme().font}`,
    };
    const written = options.axis ?? ((value: number) => axisNumber(value, options.ceiling));
    return {
      width,
      height: options.height,
      legend: { show: false },
      padding: [12, 12, 0, 0],
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 6 },
        bind: {
          dblclick: () => () => {
            viewport.reset();
            return null;
          },
        },
        points: { size: 7, width: 2, fill: () => stage.theme().surface },
      },
      scales: {
        x: { time: false, range: () => viewport.range(Math.max(1, this.scene!.lastStep)) },
        y: this.logarithmic
          ? { distr: 3, log: 10, range: (_, low, high) => logRange(low, high) }
          : { range: (_, low, high) => linearRange(low, high, options.ceiling) },
      },
      axes: [
        {
          ...axis,
          gap: 7,
          size: 22,
          splits: (u) => this.marks(u),
          values: (_, splits) => splits.map((split) => this.markText(split)),
        },
        {
          ...axis,
          gap: 4,
          incrs: GAPS,
          size: (_, values) => Math.max(48, ...(values ?? []).map((value) => 14 + 6.4 * (value?.length ?? 0))),
          values: (_, splits) => splits.map((split) => (split === null ? "" : written(split))),
        },
      ],
      series: [{}, ...options.lines.map((line, i) => this.series(line.role, this.shown[i] ?? true))],
      hooks: {
        draw: [
          (u) => {
            this.drawUnit(u);
            this.drawBest(u);
            this.drawMoment(u);
          },
        ],
        ready: [(u) => this.listen(u)],
        setSelect: [(u) => this.select(u)],
      },
    };
  }

  private listen(u: uPlot): void {
    const { viewport } = this.stage;
    u.over.addEventListener("mousemove", (event) => {
      const at = u.posToVal(event.clientX - u.over.getBoundingClientRect().left, "x");
      viewport.point(this.columns[0][closest(this.columns[0], at)] ?? null);
    });
    u.over.addEventListener("mouseleave", () => viewport.point(null));
  }

  /** The line at the step under the pointer, wherever that is. */
  private showPointer(step: number | null): void {
    const u = this.uplot;
    if (!u || u.over.matches(":hover")) return;
    const left = step === null ? -10 : u.valToPos(step, "x");
    if (u.cursor.left !== left) u.setCursor({ left, top: left < 0 ? -10 : 1 }, false);
  }

  private select(u: uPlot): void {
    const { left, width } = u.select;
    if (width < 1) return;
    u.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    this.stage.viewport.show(u.posToVal(left, "x"), u.posToVal(left + width, "x"), this.scene!.lastStep);
  }

  /** The wheel scrolls the page, unless the chart was clicked, or the control key or two fingers ask for a zoom. */
  private wheel(event: WheelEvent): void {
    const focused = (this.plot.getRootNode() as ShadowRoot | Document).activeElement === this.plot;
    if (!this.uplot || !this.scene || (!event.ctrlKey && !event.metaKey && !focused)) return;
    event.preventDefault();
    const around = this.uplot.posToVal(event.clientX - this.uplot.over.getBoundingClientRect().left, "x");
    this.stage.viewport.scale(1.002 ** Math.max(-200, Math.min(200, event.deltaY)), around, this.scene.lastStep);
  }

  private key(event: KeyboardEvent): void {
    const { viewport } = this.stage;
    const { scene } = this;
    if (!scene || event.ctrlKey || event.metaKey || event.altKey) return;
    const [from, to] = viewport.range(scene.lastStep);
    const steps = this.columns[0];
    const at = closest(steps, viewport.pointer ?? scene.step);
    const by = Math.max(1, Math.round((closest(steps, to) - closest(steps, from)) / 100));
    const read = (index: number) => {
      const step = steps[Math.max(closest(steps, from), Math.min(closest(steps, to), index))]!;
      viewport.point(step);
      setText(this.spoken, `${this.where.textContent}: ${this.items.filter((item) => !item.hidden).map((item) => item.textContent).join(", ")}`);
    };
    const act: Record<string, () => void> = {
      ArrowLeft: () => read(at - by),
      ArrowRight: () => read(at + by),
      Home: () => read(0),
      End: () => read(steps.length - 1),
      "+": () => viewport.scale(0.5, viewport.pointer ?? (from + to) / 2, scene.lastStep),
      "-": () => viewport.scale(2, viewport.pointer ?? (from + to) / 2, scene.lastStep),
      Escape: () => viewport.reset(),
    };
    const action = act[event.key === "=" ? "+" : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }

  private series(role: Role, shown: boolean): uPlot.Series {
    const width = { steps: 1, smooth: 1.5, training: 1.5, validation: 2.5 }[role];
    const stroke = () => this.stroke(role);
    const points: uPlot.Series.Points =
      role === "training" || role === "validation"
        ? { size: role === "validation" ? 6 : 4, fill: stroke, stroke, width: 0, show: (u, i) => roomForPoints(u, i) }
        : { size: 4, fill: stroke, stroke, width: 0, show: (u, i) => alone(u.data[i] as Column) };
    return { show: shown, width, stroke, points };
  }

  private stroke(role: Role): string {
    const theme: Theme = this.stage.theme();
    if (role === "validation") return theme.validation;
    if (role === "training") return theme.training;
    return role === "smooth" ? theme.trainingLight : this.shown[1] ? theme.trainingFaint : theme.trainingLight;
  }

  private marks(u: uPlot): number[] {
    const { lastStep, perEpoch } = this.scene!;
    const [from, to] = this.stage.viewport.range(Math.max(1, lastStep));
    const most = Math.max(2, Math.floor((u.width - 70) / 48));
    return epochMarks(from, to, perEpoch ?? Math.max(1, (to - from) / 4), most);
  }

  private markText(step: number): string {
    const { perEpoch } = this.scene!;
    return perEpoch ? String(Number((step / perEpoch).toFixed(3))) : count(step);
  }

  /** What the numbers along the axis count, in the corner that they leave free. */
  private drawUnit(u: uPlot): void {
    const { ctx, bbox } = u;
    const ratio = devicePixelRatio;
    const theme = this.stage.theme();
    ctx.save();
    ctx.font = `${11 * ratio}px ${theme.font}`;
    ctx.fillStyle = theme.muted;
    ctx.textAlign = "right";
    ctx.textBaseline = "top";
    ctx.fillText(this.scene!.perEpoch ? "epoch" : "step", bbox.left - 10 * ratio, bbox.top + bbox.height + 7 * ratio);
    ctx.restore();
  }

  private drawBest(u: uPlot): void {
    const { best } = this.scene!;
    if (!best || !this.options.marked) return;
    const theme = this.stage.theme();
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
    const index = closest(this.columns[0], best.step);
    for (const line of this.options.marked) {
      const value = this.columns[line + 1]?.[index];
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

  /** Veil what comes after the moment that is looked at. */
  private drawMoment(u: uPlot): void {
    const { at } = this.scene!;
    if (at === null) return;
    const { ctx, bbox } = u;
    const theme = this.stage.theme();
    const x = Math.max(bbox.left, Math.min(bbox.left + bbox.width, u.valToPos(at, "x", true)));
    ctx.save();
    ctx.globalAlpha = 0.72;
    ctx.fillStyle = theme.surface;
    const rim = 7 * devicePixelRatio;
    ctx.fillRect(x, bbox.top - rim, bbox.left + bbox.width - x + rim, bbox.height + 2 * rim);
    ctx.globalAlpha = 1;
    ctx.fillStyle = theme.text;
    ctx.fillRect(Math.round(x), bbox.top, devicePixelRatio, bbox.height);
    ctx.restore();
  }
}

/** Whether there is one point only, which no line would show. */
function alone(column: Column): boolean {
  let points = 0;
  for (const value of column) if (value != null && ++points > 1) return false;
  return points === 1;
}

/** Points are marked while they stand apart; a single one always is. */
function roomForPoints(u: uPlot, line: number): boolean {
  const column = u.data[line] as Column;
  const points = column.reduce<number>((sum, value) => sum + (value == null ? 0 : 1), 0);
  return points * 14 < u.width;
}

function pointed(step: number, perEpoch: number | null): string {
  const epoch = perEpoch ? `epoch ${count(Math.max(1, Math.ceil(step / perEpoch)))}` : "";
  return perEpoch && step % perEpoch === 0 ? epoch : [epoch, `step ${count(step)}`].filter(Boolean).join(", ");
}
