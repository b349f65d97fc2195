/** How each layer learns: gradients, weights, updates and dead units as small multiples, one row for a layer. */

import { h, setText, show } from "../dom";
import { FIGURES, LayerCourses } from "../figures";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";
import { extent, sparkline } from "../sparkline";
import { css } from "../theme";

const HEIGHT = 30;
/** Rows that are shown before all are asked for. */
const FIRST = 16;

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
  private readonly told = new LayerCourses();
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
      this.arrange();
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
    if (!events.length) return false;
    if (this.told.read(events)) this.arrange();
    this.paint();
    this.point(this.stage.viewport.pointer);
    return true;
  }

  point(step: number | null): void {
    if (!this.scene) return;
    const index = this.told.index(step ?? this.scene.at);
    for (const [name, row] of this.rows) {
      FIGURES.forEach((figure, i) => {
        const value = this.told.value(name, i, index);
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

  /** Rows and columns for what is told now. */
  private arrange(): void {
    const names = [...this.told.courses.keys()];
    const rows = this.all ? names : names.slice(0, FIRST);
    if (rows.join() !== [...this.rows.keys()].join()) {
      this.rows.clear();
      for (const name of rows) this.rows.set(name, this.row(name));
      this.body.replaceChildren(...[...this.rows.values()].map((row) => row.element));
      this.painted = "";
    }
    FIGURES.forEach((_, i) => {
      const told = this.told.tells(i);
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
    const key = [this.told.newest, range, scene.at, this.element.clientWidth, devicePixelRatio, this.rows.size].join();
    if (key === this.painted) return;
    this.painted = key;
    for (const [name, row] of this.rows) row.color ||= css(stage.color(name));
    const [first] = this.rows.values();
    const widths = FIGURES.map((_, i) => first?.cells[i]!.canvas.clientWidth ?? 0);
    FIGURES.forEach((figure, i) => {
      const shared = figure.scale ?? (figure.shared ? extent([...this.told.courses.values()].map((courses) => courses[i]!), figure.logarithmic) : null);
      for (const [name, row] of this.rows) {
        const course = this.told.courses.get(name)![i]!;
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

export default { place: "charts", order: 70, make: (stage) => new LayersPanel(stage) } satisfies PanelSpec;
