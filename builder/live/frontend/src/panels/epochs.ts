/** The epochs as a table, newest first; long runs show the newest and the best until all are asked for. */

import { h, setText, show } from "../dom";
import { duration, inSentence, learningRate, metric, title } from "../eta";
import type { EpochEnded } from "../events";
import type { PanelSpec } from "../panel";
import type { Scene } from "../scene";

const NEWEST = 50;

class EpochTable {
  readonly element: HTMLDetailsElement;
  private readonly summary = h("summary", {});
  private readonly head = h("tr", {});
  private readonly body = h("tbody", {});
  private readonly more = h("button", { type: "button", class: "small" });
  private all = false;
  private drawn = "";
  private epochs: readonly EpochEnded[] = [];
  private best: number | null = null;

  constructor() {
    this.element = h(
      "details",
      { class: "card table" },
      this.summary,
      h("div", { class: "scroll", tabindex: 0 }, h("table", {}, h("caption", { class: "spoken" }, "Metrics by epoch"), h("thead", {}, this.head), this.body)),
      this.more,
    );
    this.element.addEventListener("toggle", () => this.fill());
    this.more.addEventListener("click", () => {
      this.all = true;
      this.fill();
    });
  }

  draw(scene: Scene): boolean {
    this.epochs = scene.history.epochs;
    this.best = scene.best?.epoch ?? null;
    this.fill();
    return this.epochs.length > 0;
  }

  private fill(): void {
    const { epochs, best } = this;
    setText(this.summary, `Epochs (${epochs.length})`);
    const key = [epochs.length, epochs.at(-1)?.seq, best, this.all].join();
    if (!this.element.open || key === this.drawn) return;
    this.drawn = key;
    const names = [...new Set(epochs.flatMap((epoch) => Object.keys(epoch.metrics)))].filter((name) => name !== "learning_rate");
    const titles = ["Epoch", ...names.map(columnTitle), "Learning rate", "Time"];
    this.head.replaceChildren(...titles.map((text) => h("th", { scope: "col" }, text)));
    const rows = this.all ? epochs : epochs.filter((epoch, i) => i >= epochs.length - NEWEST || epoch.epoch === best);
    this.body.replaceChildren(...rows.toReversed().map((epoch) => this.row(epoch, names)));
    show(this.more, rows.length < epochs.length);
    setText(this.more, `Show all ${epochs.length} epochs`);
  }

  private row(epoch: EpochEnded, names: string[]): HTMLTableRowElement {
    const best = epoch.epoch === this.best;
    const rate = epoch.learning_rate === null ? "–" : learningRate(epoch.learning_rate);
    const values = [...names.map((name) => metric(name, epoch.metrics[name])), rate, duration(epoch.seconds)];
    return h(
      "tr",
      best ? { class: "best" } : {},
      h("th", { scope: "row" }, String(epoch.epoch), ...(best ? [h("span", { class: "mark" }, "best")] : [])),
      ...values.map((value) => h("td", {}, value)),
    );
  }
}

function columnTitle(name: string): string {
  return name.startsWith("val_") ? `Val. ${inSentence(title(name.slice(4)))}` : title(name);
}

export default { place: "below", order: 90, make: () => new EpochTable() } satisfies PanelSpec;
