/** Everything that is shown of one run, kept in step with its events. */

import { h, setText, show } from "./dom";
import { ENDED, type LiveSetting, type Problem, type RunEvent, type RunRecord, type Values, type Verb } from "./events";
import type { Plan } from "./drawing";
import { Header, tabTitle } from "./header";
import { History } from "./history";
import { panels, type Panel, type Place, type Stage } from "./panel";
import { Scene } from "./scene";
import { Stream } from "./stream";
import { readTheme, rgb, type Theme } from "./theme";
import { paceOf, Timeline } from "./timeline";
import { Transport } from "./transport";
import { Viewport } from "./viewport";

/** Seconds that a replay moves on at once, where the person wants little motion. */
const STILL = 0.5;

export class RunView {
  readonly element = h("div", { class: "run" });
  private readonly history = new History();
  private readonly timeline = new Timeline(() => this.changed());
  private readonly viewport = new Viewport(
    () => this.changed(),
    (step) => this.shown.forEach((panel) => panel.point?.(step)),
  );
  private record: RunRecord | null = null;
  private readonly titleBefore = document.title;
  private ahead = 0;
  private connected = true;
  private watchedLive = false;
  private theme: Theme;
  private themeKey = "";
  private scheduled = 0;
  private beat: number | null = null;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private readonly header: Header;
  private readonly probe = h("i", { hidden: true });
  private readonly missing = h("p", { class: "missing" });
  private readonly places: Record<Place, HTMLElement> = {
    top: h("div", { class: "top" }),
    charts: h("div", { class: "charts" }),
    side: h("div", { class: "side" }),
    below: h("div", { class: "below" }),
  };
  private readonly body = h("div", { class: "body" });
  private readonly transport = new Transport(this.timeline);
  private readonly panels: readonly Panel[];
  private shown: Panel[] = [];
  private readonly stream: Stream;
  private readonly clock: ReturnType<typeof setInterval>;

  constructor(
    private readonly base: URL,
    readonly run: string,
    /** The colour of each layer's family, as CSS, and the network. */
    { hues, plan }: { readonly hues: Readonly<Record<string, string>>; readonly plan: Plan },
    parent: ParentNode & Node,
    /** Told once, when the run ends while it is being watched. */
    public onEnded: () => void,
  ) {
    parent.appendChild(this.element);
    this.theme = readTheme(this.element);
    this.header = new Header((verb, values) => this.tell(verb, values));
    const hue = (layer: string) => hues[this.history.model?.copies?.[layer] ?? layer] ?? "currentColor";
    const stage: Stage = {
      base,
      run,
      timeline: this.timeline,
      viewport: this.viewport,
      theme: () => this.theme,
      hue,
      color: (layer) => {
        this.probe.style.color = hue(layer);
        return rgb(getComputedStyle(this.probe).color);
      },
      plan,
      tell: (verb, values) => this.header.press(verb, values),
      changed: () => this.changed(),
    };
    this.panels = panels.map((spec) => {
      const panel = spec.make(stage);
      show(panel.element, false);
      panel.element.style.order = String(spec.order);
      this.places[spec.place].append(panel.element);
      return panel;
    });
    const { top, charts, side, below } = this.places;
    this.body.append(charts, side);
    this.element.append(this.probe, this.missing, this.header.element, top, this.body, below, this.transport.element);
    for (const part of [this.missing, this.header.element, this.transport.element]) show(part, false);
    this.adoptTheme();
    this.stream = new Stream(new URL(`api/runs/${encodeURIComponent(run)}/events`, base), () => this.history.seq, {
      record: (record) => this.adopt(record),
      event: (event, size) => this.apply(event, size),
      end: () => this.end(),
      connected: (yes) => {
        this.connected = yes;
        this.changed();
      },
      refused: (problem) => this.refuse(problem),
    });
    // What was drawn on a canvas before the page's font had come stays in another font.
    void document.fonts.ready.then(() => this.repaint());
    this.clock = setInterval(() => this.tick(), 1000);
  }

  /** Called at every rerun of the page: the theme may have changed, an ended run may go on. */
  refresh(): void {
    this.adoptTheme();
    this.stream.reopen();
  }

  close(): void {
    clearInterval(this.clock);
    cancelAnimationFrame(this.scheduled);
    this.stream.close();
    for (const panel of this.panels) panel.destroy?.();
    this.element.remove();
    document.title = this.titleBefore;
  }

  private adopt(record: RunRecord): void {
    if (!this.record || record.epochs !== this.record.epochs) void this.askSettings();
    this.record = record;
    this.ahead = record.now - Date.now() / 1000;
    if (!ENDED.has(record.state)) this.watchedLive = true;
    this.changed();
  }

  private apply(event: RunEvent, size: number): void {
    this.history.apply(event, size);
    if (event.type === "setting") void this.askSettings();
    this.changed();
  }

  private end(): void {
    this.changed();
    if (this.watchedLive) this.onEnded();
    this.watchedLive = false;
  }

  private refuse(problem: Problem): void {
    setText(this.missing, problem.hint ? `${problem.message} ${problem.hint}` : problem.message);
    show(this.missing, true);
    show(this.header.element, false);
  }

  /** What the server says of the run under this name; null where it does not answer. */
  private async ask<T>(name: string): Promise<T | null> {
    try {
      const answer = await fetch(new URL(`api/runs/${encodeURIComponent(this.run)}/${name}`, this.base));
      return answer.ok ? ((await answer.json()) as T) : null;
    } catch {
      return null;
    }
  }

  private async askSettings(): Promise<void> {
    const answer = await this.ask<{ settings: LiveSetting[] }>("settings");
    if (!answer) return;
    this.header.offer(answer.settings);
    this.changed();
  }

  private async askPlace(): Promise<void> {
    const answer = await this.ask<{ place: { sentence: string } | null }>("place");
    this.header.wait(answer?.place?.sentence ?? null);
    this.changed();
  }

  private async tell(verb: Verb, values: Values = {}): Promise<Problem | null> {
    const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(values) };
    try {
      const answer = await fetch(new URL(`api/runs/${encodeURIComponent(this.run)}/${verb}`, this.base), request);
      if (!answer.ok) return ((await answer.json()) as { problem: Problem }).problem;
      this.stream.reopen();
      return null;
    } catch {
      const message = `The server did not take the request to ${verb} the run.`;
      return { code: "unreachable", message, severity: "error", hint: "Look whether it still runs, then try again." };
    } finally {
      this.changed();
    }
  }

  /** Draw before the next frame; hidden tabs have none, and draw once when they are seen again. */
  private changed(): void {
    this.scheduled ||= requestAnimationFrame((now) => {
      this.scheduled = 0;
      this.replay(now);
      this.draw();
    });
  }

  private tick(): void {
    this.adoptTheme();
    this.nameTab();
    if (this.record?.state === "queued" && !document.hidden) void this.askPlace();
    if (this.record && !ENDED.has(this.record.state)) this.changed();
  }

  /** Move a replay on by the time since the last frame, and have the next one drawn. */
  private replay(now: number): void {
    if (!this.timeline.playing) {
      this.beat = null;
      return;
    }
    const passed = this.beat === null ? 0 : (now - this.beat) / 1000;
    if (this.beat === null || !this.still.matches || passed >= STILL) {
      this.timeline.advance(passed, paceOf(this.history.epochs, this.history.lastStep()));
      this.beat = now;
    }
    this.changed();
  }

  private draw(): void {
    const { record, history } = this;
    if (!record) return;
    this.nameTab();
    this.header.draw({ record, history, ahead: this.ahead, connected: this.connected });
    show(this.header.element, true);
    const scene = new Scene(record, history, this.timeline.at);
    this.shown = this.panels.filter((panel) => {
      const something = panel.draw(scene);
      show(panel.element, something);
      return something;
    });
    this.body.classList.toggle("going", !scene.ended);
    for (const place of Object.values(this.places)) {
      show(place, [...place.children].some((child) => !(child as HTMLElement).hidden));
    }
    this.transport.draw(scene);
  }

  /** The page gives the tab its own name again with every run of its script. */
  private nameTab(): void {
    if (!this.record) return;
    const title = tabTitle(this.record, this.history);
    if (document.title !== title) document.title = title;
  }

  private adoptTheme(): void {
    const theme = readTheme(this.element);
    const key = JSON.stringify(theme);
    if (key === this.themeKey) return;
    this.themeKey = key;
    this.theme = theme;
    const variables = { training: theme.training, "training-light": theme.trainingLight, validation: theme.validation, muted: theme.muted, hairline: theme.line };
    for (const [name, value] of Object.entries(variables)) this.element.style.setProperty(`--${name}`, value);
    this.element.style.colorScheme = theme.dark ? "dark" : "light";
    this.repaint();
  }

  private repaint(): void {
    for (const panel of this.panels) panel.repaint?.();
  }
}
