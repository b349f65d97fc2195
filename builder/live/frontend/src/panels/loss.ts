/** The loss: of every step light, of every epoch strong; smoothed and on a logarithmic scale where one wants that. */

import { Chart, type Columns } from "../chart";
import { h, setText } from "../dom";
import { count, number } from "../eta";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";
import { lossColumns } from "../series";

const TRAINING = 2;
const VALIDATION = 3;
/** Points on either side over which the mean is taken, by the place of the slider. */
const REACHES = [0, 1, 2, 4, 8, 16, 32, 64, 128, 256];

class Loss {
  private readonly chart: Chart;
  private readonly smoothing = h("input", { type: "range", min: 0, max: REACHES.length - 1, value: 0, step: 1, "aria-label": "Smoothing" });
  private readonly reach = h("span", { class: "reach" });
  private columns: Columns = [[]];
  private key = "";

  constructor(stage: Stage) {
    this.chart = new Chart(
      {
        title: "Loss",
        lines: [
          { role: "steps", label: "training, step" },
          { role: "smooth", label: "training, smoothed" },
          { role: "training", label: "training, epoch" },
          { role: "validation", label: "validation" },
        ],
        height: 280,
        marked: [VALIDATION, TRAINING],
        named: true,
        format: number,
      },
      stage,
    );
    const log = h("button", { type: "button", class: "small", title: "Show the loss on a logarithmic scale", "aria-pressed": "false" }, "Log scale");
    log.addEventListener("click", () => {
      const on = log.getAttribute("aria-pressed") !== "true";
      log.setAttribute("aria-pressed", String(on));
      this.chart.setLogarithmic(on);
    });
    this.smoothing.addEventListener("input", () => stage.changed());
    const smooth = h("label", { class: "smoothing", title: "Show the mean of each step's loss and its neighbours'" }, "Smoothing", this.smoothing, this.reach);
    this.chart.tools.append(smooth, log);
  }

  get element(): HTMLElement {
    return this.chart.element;
  }

  draw(scene: Scene): boolean {
    const { steps, epochs, version } = scene.history;
    const reach = REACHES[Number(this.smoothing.value)]!;
    const key = [version, reach].join();
    if (key !== this.key) {
      this.key = key;
      this.columns = lossColumns(steps, epochs, reach);
      const apart = steps.steps.length > 1 ? (scene.newest - steps.steps[0]!) / (steps.steps.length - 1) : 1;
      const text = reach ? `± ${count(Math.round(reach * apart))}` : "off";
      setText(this.reach, text);
      this.smoothing.setAttribute("aria-valuetext", reach ? `${text} steps` : text);
    }
    this.chart.draw(scene, this.columns, [true, reach > 0, true, true]);
    return this.columns[0].length > 0 || !scene.ended;
  }

  point(): void {
    this.chart.tell();
  }

  repaint(): void {
    this.chart.repaint();
  }

  destroy(): void {
    this.chart.destroy();
  }
}

export default { place: "charts", order: 10, make: (stage) => new Loss(stage) } satisfies PanelSpec;
