/** How the values of each layer spread, epoch after epoch: a strip that is dark where many values lie. */

import { cells, fitted } from "../canvas";
import { h, setText, show } from "../dom";
import type { Histogram, Histograms } from "../events";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";
import { css, mix } from "../theme";

type What = Histogram["what"];

const WORDS: Record<What, string> = { weights: "Weights", activations: "Activations" };
const ROWS = 56;
const HEIGHT = 84;
/** CSS pixels for the distribution at the moment looked at, beside its course. */
const NOW = 44;
const FIRST = 12;

interface Strip {
  element: HTMLElement;
  canvas: HTMLCanvasElement;
  high: HTMLElement;
  low: HTMLElement;
}

/** One layer's histograms: the step at which each holds, and the share of the values in each row, the highest first. */
interface Spread {
  low: number;
  high: number;
  steps: number[];
  shares: Float32Array[];
}

class HistogramsPanel {
  readonly element: HTMLElement;
  private readonly grid = h("div", { class: "strips" });
  private readonly choices: Record<What, HTMLButtonElement>;
  private readonly more = h("button", { type: "button", class: "small" }, "Show all layers");
  private readonly strips = new Map<string, Strip>();
  private readonly observer: ResizeObserver;
  private readonly pictures = new Map<string, HTMLCanvasElement>();
  private scene: Scene | null = null;
  private spreads = new Map<string, Spread>();
  private what: What = "weights";
  private all = false;
  private read = "";
  private painted = "";

  constructor(private readonly stage: Stage) {
    const choice = (what: What) => {
      const button = h("button", { type: "button", class: "small" }, WORDS[what]);
      button.addEventListener("click", () => {
        this.what = what;
        stage.changed();
      });
      return button;
    };
    this.choices = { weights: choice("weights"), activations: choice("activations") };
    const tools = h("div", { class: "tools", role: "group", "aria-label": "What is counted" }, this.choices.weights, this.choices.activations);
    const about = h("span", { class: "headline" }, "how the values of each layer spread, by epoch");
    this.element = h("section", { class: "card histograms", "aria-label": "Histograms" }, h("header", {}, h("h4", {}, "Histograms"), about, tools), this.grid, this.more);
    this.more.addEventListener("click", () => {
      this.all = true;
      stage.changed();
    });
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.grid);
  }

  draw(scene: Scene): boolean {
    this.scene = scene;
    const events = scene.history.all("histograms");
    const last = events.at(-1);
    if (!last) return false;
    for (const [what, button] of Object.entries(this.choices)) button.setAttribute("aria-pressed", String(what === this.what));
    const key = [last.seq, events.length, this.what, this.all].join();
    if (key !== this.read) {
      this.read = key;
      this.prepare(events, last, scene);
    }
    this.paint();
    return true;
  }

  repaint(): void {
    this.pictures.clear();
    this.painted = "";
    this.paint();
  }

  destroy(): void {
    this.observer.disconnect();
  }

  private prepare(events: readonly Histograms[], last: Histograms, scene: Scene): void {
    const names = last.items.filter((item) => item.what === this.what).map((item) => item.name);
    const shown = this.all ? names : names.slice(0, FIRST);
    show(this.more, shown.length < names.length);
    this.spreads = new Map(shown.map((name) => [name, spread(events, name, this.what, scene)]));
    this.pictures.clear();
    this.painted = "";
    if (shown.join() !== [...this.strips.keys()].join()) {
      this.strips.clear();
      for (const name of shown) this.strips.set(name, this.strip(name));
      this.grid.replaceChildren(...[...this.strips.values()].map((strip) => strip.element));
    }
    for (const [name, { low, high }] of this.spreads) {
      const strip = this.strips.get(name)!;
      strip.canvas.setAttribute("aria-label", `${WORDS[this.what]} of ${name}, by epoch`);
      setText(strip.high, bound(high));
      setText(strip.low, bound(low));
    }
  }

  private strip(name: string): Strip {
    const canvas = h("canvas", { role: "img" });
    const [high, low] = [h("span", {}), h("span", {})];
    const element = h("figure", {}, h("figcaption", {}, h("i", { class: "hue" }), name), h("div", { class: "scale" }, high, low), canvas);
    element.style.setProperty("--hue", this.stage.hue(name));
    return { element, canvas, high, low };
  }

  private paint(): void {
    const { scene, stage } = this;
    const [first] = this.strips.values();
    const width = first?.canvas.clientWidth;
    if (!scene || !width) return;
    const range = stage.viewport.range(Math.max(1, scene.lastStep));
    const key = [range, scene.at, scene.newest, width, devicePixelRatio].join();
    if (key === this.painted) return;
    this.painted = key;
    const { paper, text } = stage.theme();
    for (const [name, strip] of this.strips) {
      const data = this.spreads.get(name)!;
      const hue = stage.color(name);
      const shade = Array.from({ length: 64 }, (_, i) => mix(hue, paper, (i / 63) ** 0.6));
      let picture = this.pictures.get(name);
      if (!picture) {
        picture = cells(data.steps.length, ROWS, (x, y) => shade[Math.min(63, Math.round(data.shares[x]![y]! * 63))]!);
        this.pictures.set(name, picture);
      }
      const ctx = fitted(strip.canvas, width, HEIGHT);
      if (ctx) drawStrip(ctx, picture, data, { width: width - NOW - 8, range, at: scene.at, newest: scene.newest, text, paper: css(paper), hue: css(hue) });
    }
  }
}

interface Look {
  width: number;
  range: readonly [number, number];
  at: number | null;
  /** Where the run is: an epoch that goes on is drawn up to here. */
  newest: number;
  text: string;
  paper: string;
  hue: string;
}

/** The course over the steps, from each histogram to the next one, and beside it the distribution at the moment. */
function drawStrip(ctx: CanvasRenderingContext2D, picture: HTMLCanvasElement, data: Spread, look: Look): void {
  const [from, to] = look.range;
  const x = (step: number) => ((step - from) / (to - from || 1)) * look.width;
  ctx.imageSmoothingEnabled = false;
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, Math.min(look.width, x(look.newest)), HEIGHT);
  ctx.clip();
  data.steps.forEach((step, i) => {
    const left = Math.floor(x(i ? data.steps[i - 1]! : 0));
    ctx.drawImage(picture, i, 0, 1, ROWS, left, 0, Math.max(1, Math.ceil(x(step)) - left), HEIGHT);
  });
  if (look.at !== null) {
    ctx.globalAlpha = 0.72;
    ctx.fillStyle = look.paper;
    ctx.fillRect(x(look.at), 0, look.width, HEIGHT);
    ctx.globalAlpha = 1;
    ctx.fillStyle = look.text;
    ctx.fillRect(Math.round(x(look.at)), 0, 1, HEIGHT);
  }
  ctx.restore();
  const after = look.at === null ? -1 : data.steps.findIndex((step) => step > look.at!);
  const shares = data.shares[after < 0 ? data.shares.length - 1 : Math.max(0, after - 1)];
  ctx.fillStyle = look.hue;
  shares?.forEach((share, row) => ctx.fillRect(look.width + 8, (row * HEIGHT) / ROWS, share * NOW, HEIGHT / ROWS + 0.5));
}

/** All histograms of one layer over common rows, the share of the fullest row being 1. */
export function spread(events: readonly Histograms[], name: string, what: What, scene: Pick<Scene, "stepOf">): Spread {
  const found = events.flatMap((event) => {
    const item = event.items.find((each) => each.name === name && each.what === what);
    return item ? [{ step: scene.stepOf(event), item }] : [];
  });
  let low = Math.min(...found.map(({ item }) => item.low));
  let high = Math.max(...found.map(({ item }) => item.high));
  if (!(high > low)) [low, high] = [low - 0.5, high + 0.5];
  return { low, high, steps: found.map(({ step }) => step), shares: found.map(({ item }) => rows(item, low, high)) };
}

/** One histogram over `ROWS` equal rows from `high` down to `low`; what lies within a bin is taken as evenly spread. */
function rows({ low: from, high: to, counts }: Histogram, low: number, high: number): Float32Array {
  const shares = new Float32Array(ROWS);
  const height = (high - low) / ROWS;
  const bin = (to - from) / counts.length;
  counts.forEach((n, i) => {
    const start = (from + i * bin - low) / height;
    const end = Math.max(start + 1e-6, (from + (i + 1) * bin - low) / height);
    for (let row = Math.max(0, Math.floor(start)); row < Math.min(ROWS, end); row++) {
      const inside = Math.min(end, row + 1) - Math.max(start, row);
      shares[ROWS - 1 - row]! += (n * Math.max(0, inside)) / (end - start);
    }
  });
  const most = Math.max(...shares) || 1;
  return shares.map((share) => share / most);
}

function bound(value: number): string {
  return String(Number(value.toPrecision(2))).replace("-", "−");
}

export default { place: "charts", order: 80, make: (stage) => new HistogramsPanel(stage) } satisfies PanelSpec;
