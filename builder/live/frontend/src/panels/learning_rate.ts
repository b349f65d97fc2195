/** The learning rate by epoch, where it changes. */

import { Chart, type Columns } from "../chart";
import { learningRate } from "../eta";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";

class LearningRate {
  private readonly chart: Chart;
  private columns: Columns = [[]];
  private version = -1;

  constructor(stage: Stage) {
    this.chart = new Chart(
      {
        title: "Learning rate",
        lines: [{ role: "training", label: "rate" }],
        height: 140,
        format: (value) => (value === null ? "–" : learningRate(value)),
        axis: learningRate,
      },
      stage,
    );
  }

  get element(): HTMLElement {
    return this.chart.element;
  }

  draw(scene: Scene): boolean {
    const { epochs, version } = scene.history;
    if (version !== this.version) {
      this.version = version;
      this.columns = [epochs.map((epoch) => epoch.step), epochs.map((epoch) => epoch.learning_rate)];
    }
    const changes = new Set(this.columns[1]).size > 1;
    if (changes) this.chart.draw(scene, this.columns, [true]);
    return changes;
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

export default { place: "charts", order: 30, make: (stage) => new LearningRate(stage) } satisfies PanelSpec;
