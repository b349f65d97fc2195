/** The network as it was drawn, each layer in the colour of one of its figures at the moment looked at. */

import { h, setText } from "../dom";
import { lay, type Drawing } from "../drawing";
import { inSentence } from "../eta";
import { FIGURES, LayerCourses, short } from "../figures";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";
import { extent } from "../sparkline";
import { css, luminance, mix, type Rgb, type Theme } from "../theme";

const SVG = "http://www.w3.org/2000/svg";
/** The usual update ratio, and how many powers of ten away from it a colour is full. */
const USUAL = 1e-3;
const FAR = 2;
/** A pixel for about each letter of a box's name. */
const LETTER = 6.6;

interface Shape {
  group: SVGGElement;
  rect: SVGRectElement;
  title: SVGTextElement | null;
  value: SVGTextElement | null;
}

class NetworkPanel {
  readonly element: HTMLElement;
  private readonly place = h("div", { class: "network" });
  private readonly scale = h("div", { class: "legend scale" });
  private readonly readout = h("p", { class: "readout" });
  private readonly choices: HTMLButtonElement[];
  private readonly observer: ResizeObserver;
  private readonly told = new LayerCourses();
  private scene: Scene | null = null;
  private figure = 0;
  private shapes: Shape[] = [];
  private width = 0;
  private pointed = -1;
  private painted = "";

  constructor(private readonly stage: Stage) {
    this.choices = FIGURES.map((figure, i) => {
      const button = h("button", { type: "button", class: "small", title: figure.help }, figure.title);
      button.addEventListener("click", () => {
        this.figure = i;
        stage.changed();
      });
      return button;
    });
    const tools = h("div", { class: "tools", role: "group", "aria-label": "What colours the network" }, ...this.choices);
    this.element = h("section", { class: "card drawn", "aria-label": "Network" }, h("header", {}, h("h4", {}, "Network"), tools), this.scale, this.place, this.readout);
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.place);
  }

  draw(scene: Scene): boolean {
    this.scene = scene;
    const events = scene.history.all("layers");
    if (!events.length || !this.stage.plan.boxes.length) return false;
    this.told.read(events);
    this.choices.forEach((button, i) => {
      button.hidden = !this.told.tells(i);
      button.setAttribute("aria-pressed", String(i === this.figure));
    });
    this.paint();
    return true;
  }

  point(): void {
    this.paint();
  }

  repaint(): void {
    this.painted = "";
    this.paint();
  }

  destroy(): void {
    this.observer.disconnect();
  }

  private paint(): void {
    const { scene, stage } = this;
    const width = this.place.clientWidth;
    if (!scene || !width) return;
    if (width !== this.width) this.build(width);
    const index = this.told.index(stage.viewport.pointer ?? scene.at);
    const key = [this.told.newest, index, this.figure, width].join();
    if (key === this.painted) return;
    this.painted = key;
    const figure = FIGURES[this.figure]!;
    const theme = stage.theme();
    const range = figure.scale ?? extent([...this.told.courses.values()].map((courses) => courses[this.figure]!), true) ?? [0, 1];
    const color = (value: number) => (figure.key === "updates" ? aroundUsual(value, theme) : along(value, range, figure.logarithmic || figure.key === "weights", figure.key === "dead" ? theme.wrong : theme.right, theme));
    this.shapes.forEach((shape, i) => {
      const value = this.value(i, this.figure, index);
      const fill = value === null ? null : color(value);
      shape.rect.style.fill = fill ? css(fill) : "transparent";
      const ink = fill ? (luminance(fill) > 0.32 ? "#11151c" : "#ffffff") : theme.muted;
      if (shape.title) shape.title.style.fill = ink;
      if (!shape.value) return;
      shape.value.style.fill = ink;
      setText(shape.value, value === null ? stage.plan.boxes[i]!.kind : figure.format(value));
    });
    this.explain(range, theme);
    this.tell(index);
  }

  /** The largest figure of a box's layers: of the copies that a repeated block made of them, too. */
  private value(box: number, figure: number, index: number): number | null {
    const copies = this.scene?.history.model?.copies ?? {};
    const nodes = this.stage.plan.boxes[box]!.nodes;
    let found: number | null = null;
    for (const name of this.told.courses.keys()) {
      if (!nodes.includes(copies[name] ?? name)) continue;
      const value = this.told.value(name, figure, index);
      if (value !== null) found = Math.max(found ?? -Infinity, value);
    }
    return found;
  }

  private build(width: number): void {
    this.width = width;
    const { plan } = this.stage;
    const drawing = lay(plan, width);
    const svg = make("svg", { viewBox: `0 0 ${drawing.width} ${drawing.height}`, width: drawing.width, height: drawing.height, role: "img", "aria-label": "The network, each layer in the colour of its figure; the table of layers has the numbers" });
    svg.append(make("path", { class: "wires", d: drawing.paths.join("") }));
    this.shapes = plan.boxes.map((_, i) => this.shape(i, drawing));
    svg.append(...this.shapes.map((shape) => shape.group));
    this.place.replaceChildren(svg);
  }

  private shape(i: number, { box, corners, named }: Drawing): Shape {
    const { title, hue } = this.stage.plan.boxes[i]!;
    const [x, y] = corners[i]!;
    const rect = make("rect", { x, y, width: box.width, height: box.height, rx: named ? 7 : 4 });
    rect.style.stroke = hue;
    const group = make("g", {});
    group.append(rect);
    group.addEventListener("pointerenter", () => this.look(i));
    group.addEventListener("pointerleave", () => this.look(-1));
    if (!named) return { group, rect, title: null, value: null };
    const letters = Math.floor((box.width - 18) / LETTER);
    const name = make("text", { x: x + 10, y: y + 18, class: "name" });
    name.textContent = title.length > letters ? `${title.slice(0, letters - 1)}…` : title;
    const value = make("text", { x: x + 10, y: y + 33 });
    group.append(name, value);
    return { group, rect, title: name, value };
  }

  private look(box: number): void {
    this.pointed = box;
    if (this.scene) this.tell(this.told.index(this.stage.viewport.pointer ?? this.scene.at));
  }

  /** All that is known of the box under the pointer. */
  private tell(index: number): void {
    const box = this.stage.plan.boxes[this.pointed];
    if (!box) {
      setText(this.readout, "Point at a layer to read its figures.");
      return;
    }
    const figures = FIGURES.flatMap((figure, i) => {
      const value = this.value(this.pointed, i, index);
      return value === null ? [] : [`${inSentence(figure.title)} ${figure.format(value)}`];
    });
    setText(this.readout, `${box.title} (${box.kind}): ${figures.join(", ") || "has no weights"}`);
  }

  private explain([low, high]: readonly [number, number], theme: Theme): void {
    const figure = FIGURES[this.figure]!;
    const updates = figure.key === "updates";
    const colors = updates
      ? [-1, -0.5, 0, 0.5, 1].map((share) => aroundUsual(USUAL * 10 ** (share * FAR), theme))
      : [0, 1].map((share) => shade(share, figure.key === "dead" ? theme.wrong : theme.right, theme));
    const bar = h("i", { class: "ramp" });
    bar.style.background = `linear-gradient(to right, ${colors.map(css).join()})`;
    const ends = updates ? [`${short(USUAL / 10 ** FAR)}, hardly moves`, `${short(USUAL * 10 ** FAR)}, moves a lot`] : [figure.format(low), figure.format(high)];
    this.scale.replaceChildren(h("span", {}, ends[0]!), bar, h("span", {}, ends[1]!));
  }
}

function make<K extends "svg" | "g" | "rect" | "path" | "text">(tag: K, attributes: Record<string, string | number>): SVGElementTagNameMap[K] {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  return element;
}

function shade(share: number, hue: Rgb, theme: Theme): Rgb {
  return mix(hue, theme.paper, 0.1 + 0.85 * share);
}

function along(value: number, [low, high]: readonly [number, number], logarithmic: boolean, hue: Rgb, theme: Theme): Rgb {
  const scaled = (number: number) => (logarithmic ? Math.log(Math.max(number, low)) : number);
  return shade(Math.max(0, Math.min(1, (scaled(value) - scaled(low)) / (scaled(high) - scaled(low) || 1))), hue, theme);
}

/** Pale where the ratio is usual, one hue the smaller it is, the other the larger. */
function aroundUsual(value: number, theme: Theme): Rgb {
  const share = Math.max(-1, Math.min(1, Math.log10(Math.max(value, 1e-12) / USUAL) / FAR));
  return shade(Math.abs(share), share < 0 ? theme.right : theme.wrong, theme);
}

export default { place: "charts", order: 65, make: (stage) => new NetworkPanel(stage) } satisfies PanelSpec;
