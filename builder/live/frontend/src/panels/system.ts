/** What the run takes of the machine: processor, memory and graphics card over the run. */

import { h, setText, show } from "../dom";
import { bytes } from "../eta";
import type { SystemUse } from "../events";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";
import { closest } from "../series";
import { extent, sparkline, type Course } from "../sparkline";

interface Gauge {
  key: "cpu" | "memory" | "gpu" | "gpu_memory";
  title: string;
  /** The value at the top of the line, where it is always the same. */
  full?: number;
  format(value: number): string;
}

const share = (value: number) => `${Math.round(value)} %`;
const size = (value: number) => bytes(value, null);
const GAUGES: readonly Gauge[] = [
  { key: "cpu", title: "CPU", full: 100, format: share },
  { key: "memory", title: "Memory", format: size },
  { key: "gpu", title: "GPU", full: 100, format: share },
  { key: "gpu_memory", title: "GPU memory", format: size },
];

class System {
  readonly element: HTMLElement;
  private readonly gauges = GAUGES.map((gauge) => {
    const canvas = h("canvas", { "aria-hidden": "true" });
    const value = h("span", { class: "value" });
    const name = h("span", { class: "name" }, gauge.title);
    return { ...gauge, canvas, name, value, element: h("div", { class: "gauge" }, name, canvas, value) };
  });
  private scene: Scene | null = null;
  private newest = 0;
  private courses: Course[] = [];

  constructor(private readonly stage: Stage) {
    this.element = h("section", { class: "card system", "aria-label": "Use of the machine" }, ...this.gauges.map((gauge) => gauge.element));
  }

  draw(scene: Scene): boolean {
    this.scene = scene;
    const events = scene.history.all("system");
    const last = events.at(-1);
    if (!last) return false;
    if (last.seq !== this.newest) this.read(events, scene, last.seq);
    this.paint();
    this.point(this.stage.viewport.pointer);
    return true;
  }

  point(step: number | null): void {
    const at = step ?? this.scene?.at ?? null;
    this.gauges.forEach((gauge, i) => {
      const course = this.courses[i]!;
      const value = course.values[at === null ? course.values.length - 1 : closest(course.steps, at)] ?? null;
      setText(gauge.value, value === null ? "–" : gauge.format(value));
    });
  }

  repaint(): void {
    this.paint();
  }

  private read(events: readonly SystemUse[], scene: Scene, newest: number): void {
    this.newest = newest;
    const steps = events.map((event) => scene.stepOf(event));
    const cores = events.at(-1)?.cores;
    if (cores) setText(this.gauges[0]!.name, `CPU, ${cores} ${cores === 1 ? "core" : "cores"}`);
    this.courses = GAUGES.map(({ key }) => ({ steps, values: events.map((event) => event[key]) }));
  }

  private paint(): void {
    if (!this.scene) return;
    const range = this.stage.viewport.range(Math.max(1, this.scene.lastStep));
    const extents = this.courses.map((course) => extent([course], false));
    this.gauges.forEach((gauge, i) => show(gauge.element, extents[i] !== null));
    const widths = this.gauges.map((gauge) => gauge.canvas.clientWidth);
    this.gauges.forEach((gauge, i) => {
      const course = this.courses[i]!;
      const found = extents[i];
      if (found) sparkline(gauge.canvas, widths[i]!, 24, course, { range, low: 0, high: gauge.full ?? found[1] * 1.1, logarithmic: false, at: this.scene!.at, color: this.stage.theme().training });
    });
  }
}

export default { place: "below", order: 80, make: (stage) => new System(stage) } satisfies PanelSpec;
