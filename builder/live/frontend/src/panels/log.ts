/** What happened, line by line, and what the worker has printed. */

import { h, setText, show } from "../dom";
import type { Line } from "../journal";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";

const NEWEST = 200;
/** Milliseconds between two looks at what the worker prints. */
const APART = 2000;
const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

class Log {
  readonly element: HTMLDetailsElement;
  private readonly list = h("ol", {});
  private readonly scroll = h("div", { class: "scroll", tabindex: 0 }, this.list);
  private readonly more = h("button", { type: "button", class: "small" });
  private readonly printed = h("pre", { class: "scroll", tabindex: 0 });
  private readonly output = h("div", { class: "printed" }, h("h4", {}, "Printed by the worker"), this.printed);
  private scene: Scene | null = null;
  private all = false;
  private drawn = "";
  private asked = 0;
  private settled = false;

  constructor(private readonly stage: Stage) {
    this.element = h("details", { class: "card log" }, h("summary", {}, "Log"), this.more, this.scroll, this.output);
    show(this.output, false);
    this.element.addEventListener("toggle", () => this.fill());
    this.more.addEventListener("click", () => {
      this.all = true;
      this.fill();
    });
  }

  draw(scene: Scene): boolean {
    this.scene = scene;
    this.fill();
    return scene.history.told > 0;
  }

  private fill(): void {
    const { scene } = this;
    if (!scene || !this.element.open) return;
    void this.read(scene.ended);
    const key = [scene.history.told, this.all].join();
    if (key === this.drawn) return;
    this.drawn = key;
    const lines = scene.history.log();
    const shown = this.all ? lines : lines.slice(-NEWEST);
    const { scrollTop, clientHeight, scrollHeight } = this.scroll;
    const follows = scrollTop + clientHeight >= scrollHeight - 4;
    this.list.replaceChildren(...shown.map(row));
    if (follows) this.scroll.scrollTop = this.scroll.scrollHeight;
    show(this.more, shown.length < lines.length);
    setText(this.more, `Show all ${lines.length} lines`);
  }

  /** Ask for what the worker has printed, now and then; once more when the run has ended. */
  private async read(ended: boolean): Promise<void> {
    if (this.settled || performance.now() - this.asked < (this.asked ? APART : 0)) return;
    this.asked = performance.now();
    this.settled = ended;
    try {
      const answer = await fetch(new URL(`api/runs/${encodeURIComponent(this.stage.run)}/log`, this.stage.base));
      if (!answer.ok) return;
      const { text, cut } = (await answer.json()) as { text: string; cut: boolean };
      show(this.output, text.trim() !== "");
      setText(this.printed, (cut ? "…\n" : "") + text);
    } catch {
      this.settled = false;
    }
  }
}

function row({ time, text, tone }: Line): HTMLElement {
  const at = new Date(time * 1000);
  return h("li", { class: tone }, h("time", { datetime: at.toISOString() }, CLOCK.format(at)), text);
}

export default { place: "below", order: 95, make: (stage) => new Log(stage) } satisfies PanelSpec;
