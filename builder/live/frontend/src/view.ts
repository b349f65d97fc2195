/** Everything that is shown of one run, kept in step with its events. */

import { Chart } from "./chart";
import { Confusion } from "./confusion";
import { h, setText, show } from "./dom";
import { isShare, metric, number, title } from "./eta";
import { ENDED, type LiveSetting, type Problem, type RunEvent, type RunRecord, type Values, type Verb } from "./events";
import { Header } from "./header";
import { History } from "./history";
import { lastOnAxis, lossColumns, metricColumns } from "./series";
import { Stream } from "./stream";
import { EpochTable } from "./table";
import { readTheme, type Theme } from "./theme";

const TRAINING = 2;
const VALIDATION = 3;

export class RunView {
  readonly element = h("div", { class: "run" });
  private readonly history = new History();
  private record: RunRecord | null = null;
  private ahead = 0;
  private connected = true;
  private watchedLive = false;
  private theme: Theme;
  private themeKey = "";
  private scheduled = 0;
  private readonly sync = `run ${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  private readonly header: Header;
  private readonly missing = h("p", { class: "missing" });
  private readonly loss: Chart;
  private readonly metrics = new Map<string, Chart>();
  private readonly metricGrid = h("div", { class: "metrics" });
  private readonly charts = h("div", { class: "charts" });
  private readonly confusion: Confusion;
  private readonly table = new EpochTable();
  private readonly stream: Stream;
  private readonly clock: ReturnType<typeof setInterval>;
  private smooth = false;

  constructor(
    private readonly base: URL,
    readonly run: string,
    parent: ParentNode & Node,
    /** Told once, when the run ends while it is being watched. */
    public onEnded: () => void,
  ) {
    parent.appendChild(this.element);
    this.theme = readTheme(this.element);
    const theme = () => this.theme;
    this.header = new Header((verb, values) => this.tell(verb, values));
    this.loss = new Chart(
      {
        title: "Loss",
        lines: [
          { role: "steps", label: "training, step" },
          { role: "smooth", label: "training, smoothed" },
          { role: "training", label: "training, epoch" },
          { role: "validation", label: "validation" },
        ],
        height: 280,
        sync: this.sync,
        marked: [VALIDATION, TRAINING],
        named: true,
        format: number,
      },
      theme,
    );
    this.loss.tools.append(
      this.toggle("Smooth", "Show the running mean of the training loss", (on) => {
        this.smooth = on;
        this.changed();
      }),
      this.toggle("Log scale", "Show the loss on a logarithmic scale", (on) => this.loss.setLogarithmic(on)),
    );
    this.confusion = new Confusion(theme);
    this.charts.append(this.loss.element, this.metricGrid);
    const body = h("div", { class: "body" }, this.charts, this.confusion.element);
    this.element.append(this.missing, this.header.element, body, this.table.element);
    for (const part of [this.missing, this.header.element, this.charts, this.confusion.element, this.table.element]) show(part, false);
    this.adoptTheme();
    this.stream = new Stream(new URL(`api/runs/${encodeURIComponent(run)}/events`, base), () => this.history.seq, {
      record: (record) => this.adopt(record),
      event: (event) => this.apply(event),
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
    this.loss.destroy();
    this.confusion.destroy();
    for (const chart of this.metrics.values()) chart.destroy();
    this.element.remove();
  }

  private adopt(record: RunRecord): void {
    if (!this.record || record.epochs !== this.record.epochs) void this.askSettings();
    this.record = record;
    this.ahead = record.now - Date.now() / 1000;
    if (!ENDED.has(record.state)) this.watchedLive = true;
    this.changed();
  }

  private apply(event: RunEvent): void {
    this.history.apply(event);
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
    this.scheduled ||= requestAnimationFrame(() => {
      this.scheduled = 0;
      this.draw();
    });
  }

  private tick(): void {
    this.adoptTheme();
    if (this.record?.state === "queued" && !document.hidden) void this.askPlace();
    if (this.record && !ENDED.has(this.record.state)) this.changed();
  }

  private draw(): void {
    const { record, history } = this;
    if (!record) return;
    this.header.draw({ record, history, ahead: this.ahead, connected: this.connected });
    const ended = ENDED.has(record.state);
    const perEpoch = history.stepsPerEpoch();
    const planned = history.progress?.epochs ?? record.epochs;
    const lastStep = lastOnAxis(history.lastStep(), perEpoch, planned, ended);
    const bestEpoch = history.best()?.epoch ?? history.finished?.best_epoch ?? null;
    const bestEnd = history.epochs.find((epoch) => epoch.epoch === bestEpoch)?.step;
    const best = bestEpoch !== null && bestEnd !== undefined ? { step: bestEnd, epoch: bestEpoch } : null;
    const columns = lossColumns(history.steps, history.epochs);
    for (const part of [this.header.element, this.charts]) show(part, true);
    show(this.charts, columns[0].length > 0 || !ended);
    show(this.table.element, history.epochs.length > 0);
    show(this.confusion.element, history.matrices.size > 0);
    this.loss.draw({ columns, lastStep, perEpoch, best, shown: [true, this.smooth, true, true] });
    for (const name of history.metricNames()) {
      const data = metricColumns(name, history.epochs);
      this.metricChart(name).draw({ columns: data, lastStep, perEpoch, best, shown: data.slice(1).map((column) => column.some((value) => value != null)) });
    }
    this.confusion.draw(history.matrices, history.model?.classes ?? []);
    this.table.draw(history.epochs, bestEpoch);
  }

  private metricChart(name: string): Chart {
    let chart = this.metrics.get(name);
    if (!chart) {
      chart = new Chart(
        {
          title: title(name),
          lines: [
            { role: "training", label: "training" },
            { role: "validation", label: "validation" },
          ],
          height: 180,
          sync: this.sync,
          marked: [1, 0],
          named: false,
          format: (value) => metric(name, value),
          ...(isShare(name) ? { ceiling: 1 } : {}),
        },
        () => this.theme,
      );
      this.metrics.set(name, chart);
      this.metricGrid.append(chart.element);
    }
    return chart;
  }

  private toggle(text: string, words: string, act: (on: boolean) => void): HTMLButtonElement {
    const button = h("button", { type: "button", class: "small", title: words, "aria-pressed": "false" }, text);
    button.addEventListener("click", () => {
      const on = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(on));
      act(on);
    });
    return button;
  }

  private adoptTheme(): void {
    const theme = readTheme(this.element);
    const key = JSON.stringify(theme);
    if (key === this.themeKey) return;
    this.themeKey = key;
    this.theme = theme;
    const variables = { training: theme.training, "training-light": theme.trainingLight, validation: theme.validation, muted: theme.muted, hairline: theme.line };
    for (const [name, value] of Object.entries(variables)) this.element.style.setProperty(`--${name}`, value);
    this.repaint();
  }

  private repaint(): void {
    this.loss.repaint();
    this.confusion.repaint();
    for (const chart of this.metrics.values()) chart.repaint();
  }
}
