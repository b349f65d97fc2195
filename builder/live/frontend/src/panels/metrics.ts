/** One chart for every metric, training and validation by epoch. */

import { Chart, type Columns } from "../chart";
import { h } from "../dom";
import { isShare, metric, title } from "../eta";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";
import { metricColumns } from "../series";

class Metrics {
  readonly element = h("div", { class: "metrics" });
  private readonly charts = new Map<string, Chart>();
  private columns = new Map<string, Columns>();
  private version = -1;

  constructor(private readonly stage: Stage) {}

  draw(scene: Scene): boolean {
    const { history } = scene;
    if (history.version !== this.version) {
      this.version = history.version;
      this.columns = new Map(history.metricNames().map((name) => [name, metricColumns(name, history.epochs)]));
    }
    for (const [name, columns] of this.columns) {
      const shown = columns.slice(1).map((column) => column.some((value) => value != null));
      this.chart(name).draw(scene, columns, shown);
    }
    return this.columns.size > 0;
  }

  point(): void {
    for (const chart of this.charts.values()) chart.tell();
  }

  repaint(): void {
    for (const chart of this.charts.values()) chart.repaint();
  }

  destroy(): void {
    for (const chart of this.charts.values()) chart.destroy();
  }

  private chart(name: string): Chart {
    let chart = this.charts.get(name);
    if (!chart) {
      chart = new Chart(
        {
          title: title(name),
          lines: [
            { role: "training", label: "training" },
            { role: "validation", label: "validation" },
          ],
          height: 180,
          marked: [1, 0],
          format: (value) => metric(name, value),
          ...(isShare(name) ? { ceiling: 1 } : {}),
        },
        this.stage,
      );
      this.charts.set(name, chart);
      this.element.append(chart.element);
    }
    return chart;
  }
}

export default { place: "charts", order: 20, make: (stage) => new Metrics(stage) } satisfies PanelSpec;
