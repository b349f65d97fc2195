/** How the run is going, in a sentence, with what would help: something to tell this run, or a change to the next. */

import { button, h, icon, setText, show } from "../dom";
import { ENDED, type Order, type Problem, type Tone, type Verdict } from "../events";
import { saidAbove } from "../header";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";

const ICONS: Record<Tone, string> = {
  good: "M6.4 12.6 2 8.2l1.4-1.4 3 3 6.2-6.2L14 5z",
  watch: "M8 3.2c3 0 5.6 1.9 7 4.8-1.4 2.9-4 4.8-7 4.8S2.4 10.9 1 8c1.4-2.9 4-4.8 7-4.8m0 2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6m0 1.5a1.3 1.3 0 1 1 0 2.6 1.3 1.3 0 0 1 0-2.6",
  bad: "M8 1.5 15 14H1zM7.2 6v4h1.6V6zm0 5v1.6h1.6V11z",
};
const WORDS: Record<Tone, string> = { good: "Going well", watch: "Keep an eye on it", bad: "Needs attention" };

class VerdictPanel {
  readonly element = h("section", { class: "verdict", "aria-label": "How the run is going", "aria-live": "polite" });
  private readonly sign = h("span", { class: "sign" });
  private readonly message = h("strong", {});
  private readonly hint = h("span", {});
  private readonly fix = h("a", { class: "button", title: "Opens the network in Design with this change made; undo takes it back" });
  private readonly order = button("", "Goes on with this run from where it ended", () => this.give(), "order");
  private shown: Verdict | null = null;
  private failure: Problem | null = null;

  constructor(private readonly stage: Stage) {
    this.element.append(this.sign, h("p", {}, this.message, " ", this.hint), this.order, this.fix);
  }

  draw(scene: Scene): boolean {
    const verdicts = scene.history.all("verdict");
    const verdict = verdicts[scene.indexOf(verdicts)];
    if (!verdict) return this.wait(scene);
    const failure = scene.at === null && saidAbove(scene.record, scene.history) ? scene.record.problem : null;
    if (verdict !== this.shown || failure !== this.failure) this.show(verdict, failure);
    const order = this.orderOf(scene);
    if (order) setText(this.order.lastElementChild!, order.label);
    show(this.order, order !== null);
    show(this.fix, verdict.fix !== null && order === null);
    return true;
  }

  /** What the run can be told now: once it has ended, and while its last verdict is looked at. */
  private orderOf(scene: Scene): Order | null {
    const last = scene.history.all("verdict").at(-1);
    return scene.at === null && ENDED.has(scene.record.state) && last === this.shown ? (last?.order ?? null) : null;
  }

  private give(): void {
    const order = this.shown?.order;
    if (order) void this.stage.tell(order.verb, order.values);
  }

  /** Before anything can be said, hold the place, so that nothing below moves when it is. */
  private wait(scene: Scene): boolean {
    this.shown = null;
    this.element.className = "verdict early";
    this.sign.replaceChildren(icon(ICONS.watch));
    setText(this.message, "");
    setText(this.hint, "How it goes is said here once some epochs have ended.");
    show(this.fix, false);
    show(this.order, false);
    return !scene.ended;
  }

  /** `failure`: what the run failed of, which says it more exactly. */
  private show(verdict: Verdict, failure: Problem | null): void {
    this.shown = verdict;
    this.failure = failure;
    this.element.className = `verdict ${verdict.tone}`;
    this.sign.replaceChildren(icon(ICONS[verdict.tone]), h("span", { class: "spoken" }, `${WORDS[verdict.tone]}: `));
    setText(this.message, failure?.message ?? verdict.message);
    setText(this.hint, failure?.hint ?? verdict.hint ?? "");
    if (verdict.fix) {
      const address = new URL(this.stage.base);
      address.searchParams.set("advice", `${this.stage.run}.${verdict.seq}`);
      this.fix.href = address.href;
      setText(this.fix, `${verdict.fix.label} in Design`);
    }
  }
}

export default { place: "top", order: 10, make: (stage) => new VerdictPanel(stage) } satisfies PanelSpec;
