/** How each layer learns: gradients, weights, updates and dead units as small multiples, one row for a layer. */

import { h, setText, show } from "../dom";
import { percent } from "../eta";
import type { Layers } from "../events";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";
import { closest, nearest } from "../series";
import { extent, sparkline, type Course } from "../sparkline";

const HEIGHT = 30;
/** Rows that are shown before all are asked for. */
const FIRST = 16;

interface Figure {
  key: "gradients" | "weights" | "updates" | "dead";
  title: string;
  help: string;
  /** Whether all layers share one scale, so that they can be compared. */
  shared: boolean;
  logarithmic: boolean;
  /** The scale, where it is always the same. */
  scale?: [number, number];
  format(value: number): string;
  /** Values above this one should be looked at. */
  worrying?: number;
}

const FIGURES: readonly Figure[] = [
  {
    key: "gradients",
    title: "Gradient norm",
    help: "How strongly the loss pulls at the layer's weights; the same logarithmic scale for all layers",
    shared: true,
    logarithmic: true,
    format: short,
  },
  {
    key: "updates",
    title: "Update ratio",
    help: "How far a step moves the weights, as a share of their size; about 0.001 is usual. Logarithmic, the same scale for all",
    shared: true,
    logarithmic: true,
    format: short,
  },
  {
    key: "weights",
    title: "Weight norm",
    help: "The size of all of the layer's weights together; each layer has its own scale",
    shared: false,
    logarithmic: false,
    format: short,
  },
  {
    key: "dead",
    title: "Dead units",
    help: "Units that put out 0 for every sample of a batch, from 0 to 100 %",
    shared: true,
    logarithmic: false,
    scale: [0, 1],
    format: percent,
    worrying: 0.5,
  },
];

interface Row {
  element: HTMLTableRowElement;
  cells: { canvas: HTMLCanvasElement; value: HTMLElement; box: HTMLElement }[];
  color: string;
}

class LayersPanel {
  readonly element: HTMLElement;
  private readonly body = h("tbody", {});
  private readonly heads = FIGURES.map((figure) => h("th", { scope: "col", title: figure.help }, figure.title));
  private readonly more = h("button", { type: "button", class: "small" });
  private readonly rows = new Map<string, Row>();
  private readonly observer: ResizeObserver;
  private scene: Scene | null = null;
  private all = false;
  private newest = 0;
  private steps: number[] = [];
  private courses = new Map<string, Course[]>();
  private painted = "";

  constructor(private readonly stage: Stage) {
    const table = h(
      "table",
      {},
      h("caption", { class: "spoken" }, "Figures of each layer over the run"),
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Layer"), ...this.heads)),
      this.body,
    );
    this.element = h("section", { class: "card layers", "aria-label": "Layers" }, h("header", {}, h("h4", {}, "Layers")), h("div", { class: "scroll", tabindex: 0 }, table), this.more);
    this.more.addEventListener("click", () => {
      this.all = true;
      stage.changed();
    });
    this.body.addEventListener("pointermove", (event) => this.hover(event));
    this.body.addEventListener("pointerleave", () => stage.viewport.point(null));
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.element);
  }

  draw(scene: Scene): boolean {
    this.scene = scene;
    const events = scene.history.all("layers");
    const last = events.at(-1);
    if (!last) return false;
    if (last.seq !== this.newest) this.read(events, last);
    this.paint();
    this.point(this.stage.viewport.pointer);
    return true;
  }

  point(step: number | null): void {
    if (!this.scene) return;
    const at = step ?? this.scene.at;
    const index = at === null ? this.steps.length - 1 : closest(this.steps, at);
    for (const [name, row] of this.rows) {
      FIGURES.forEach((figure, i) => {
        const values = this.courses.get(name)?.[i]?.values ?? [];
        const value = values[nearest(values, index)] ?? null;
        const { box, value: text } = row.cells[i]!;
        setText(text, value === null ? "" : figure.format(value));
        box.classList.toggle("worrying", value !== null && value > (figure.worrying ?? Infinity));
      });
    }
  }

  repaint(): void {
    for (const row of this.rows.values()) row.color = "";
    this.painted = "";
    this.paint();
  }

  destroy(): void {
    this.observer.disconnect();
  }

  private read(events: readonly Layers[], last: Layers): void {
    this.newest = last.seq;
    this.steps = events.map((event) => event.step);
    const names = last.names.filter((_, i) => FIGURES.some((figure) => last[figure.key][i] !== null));
    this.courses = new Map(
      names.map((name) => {
        const at = last.names.indexOf(name);
        const indices = events.map((event) => (event.names[at] === name ? at : event.names.indexOf(name)));
        return [name, FIGURES.map(({ key }) => ({ steps: this.steps, values: events.map((event, i) => event[key][indices[i]!] ?? null) }))];
      }),
    );
    const rows = this.all ? names : names.slice(0, FIRST);
    if (rows.join() !== [...this.rows.keys()].join()) {
      this.rows.clear();
      for (const name of rows) this.rows.set(name, this.row(name));
      this.body.replaceChildren(...[...this.rows.values()].map((row) => row.element));
      this.painted = "";
    }
    FIGURES.forEach((_, i) => {
      const told = [...this.courses.values()].some((courses) => courses[i]!.values.some((value) => value !== null));
      show(this.heads[i]!, told);
      for (const row of this.rows.values()) show(row.cells[i]!.box, told);
    });
    show(this.more, rows.length < names.length);
    setText(this.more, `Show all ${names.length} layers`);
  }

  private row(name: string): Row {
    const cells = FIGURES.map(() => {
      const canvas = h("canvas", { "aria-hidden": "true" });
      const value = h("span", { class: "value" });
      return { canvas, value, box: h("td", {}, h("div", {}, canvas, value)) };
    });
    const label = h("th", { scope: "row" }, h("i", { class: "hue" }), name);
    label.style.setProperty("--hue", this.stage.hue(name));
    return { element: h("tr", {}, label, ...cells.map((cell) => cell.box)), cells, color: "" };
  }

  private paint(): void {
    const { scene, stage } = this;
    if (!scene || !this.element.clientWidth) return;
    const range = stage.viewport.range(Math.max(1, scene.lastStep));
    const key = [this.newest, range, scene.at, this.element.clientWidth, devicePixelRatio, this.rows.size].join();
    if (key === this.painted) return;
    this.painted = key;
    for (const row of this.rows.values()) row.color ||= getComputedStyle(row.element.querySelector(".hue")!).backgroundColor;
    const [first] = this.rows.values();
    const widths = FIGURES.map((_, i) => first?.cells[i]!.canvas.clientWidth ?? 0);
    FIGURES.forEach((figure, i) => {
      const shared = figure.scale ?? (figure.shared ? extent([...this.courses.values()].map((courses) => courses[i]!), figure.logarithmic) : null);
      for (const [name, row] of this.rows) {
        const course = this.courses.get(name)![i]!;
        const scale = shared ?? extent([course], figure.logarithmic);
        if (!scale) continue;
        sparkline(row.cells[i]!.canvas, widths[i]!, HEIGHT, course, { range, low: scale[0], high: scale[1], logarithmic: figure.logarithmic, at: scene.at, color: row.color });
      }
    });
  }

  private hover(event: PointerEvent): void {
    const canvas = (event.target as Element).closest("canvas");
    if (!canvas || !this.scene) return;
    const box = canvas.getBoundingClientRect();
    const [from, to] = this.stage.viewport.range(this.scene.lastStep);
    this.stage.viewport.point(from + ((event.clientX - box.left) / box.width) * (to - from));
  }
}

/** Three digits: 0.0123, 1.2e-5, 4.56, 1230. */
function short(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(1).replace("e+", "e");
  return String(Number(value.toPrecision(3)));
}

export default { place: "charts", order: 70, make: (stage) => new LayersPanel(stage) } satisfies PanelSpec;
