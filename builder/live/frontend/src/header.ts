/** The head of a run: its state, how far it is, how fast, what went wrong, and the buttons that steer it. */

import { BUSY, Course } from "./course";
import { button, h, icon, refuse, setText, show } from "./dom";
import { bytes, count, duration, elapsed, inSentence, learningRate, metric, rate, timeLeft, title } from "./eta";
import { ENDED, type LiveSetting, type Metrics, type Problem, type RunRecord, type State, type Tell, type Values, type Verb } from "./events";
import type { History } from "./history";

const LOOKS: Record<State, { word: string; icon: string }> = {
  queued: { word: "Queued", icon: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1m-.8 3v4.4l3.4 2 .8-1.2-2.7-1.6V4z" },
  starting: { word: "Starting", icon: "M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1m-.8 3v4.4l3.4 2 .8-1.2-2.7-1.6V4z" },
  running: { word: "Running", icon: "M4 2.5v11L13.5 8z" },
  paused: { word: "Paused", icon: "M4 3h3v10H4zm5 0h3v10H9z" },
  finished: { word: "Finished", icon: "M6.4 12.6 2 8.2l1.4-1.4 3 3 6.2-6.2L14 5z" },
  stopped: { word: "Stopped", icon: "M3.5 3.5h9v9h-9z" },
  failed: { word: "Failed", icon: "M7 2.5h2v7H7zm0 9h2v2H7z" },
  lost: { word: "Lost", icon: "M7 2.5h2v7H7zm0 9h2v2H7z" },
};

const FINISH = "M3 2h1.5v12H3zm2.5 0h7.5l-2 3.2 2 3.3H5.5z";

/** The buttons in the first line: their looks, and the word while the request is on its way. */
const BUTTONS: { verb: Verb; icon: string; title: string; words: string; asked: string }[] = [
  { verb: "resume", icon: LOOKS.running.icon, title: "Resume", words: "Go on from the last checkpoint", asked: "Resuming…" },
  { verb: "pause", icon: LOOKS.paused.icon, title: "Pause", words: "Write a checkpoint and free the slot; resume later", asked: "Pausing…" },
  { verb: "finish", icon: FINISH, title: "Finish epoch", words: "Train this epoch to its end, validate it, then end and keep the best epoch", asked: "Finishing…" },
  { verb: "stop", icon: LOOKS.stopped.icon, title: "Stop", words: "End training and keep the best epoch", asked: "Stopping…" },
];

export interface HeaderState {
  record: RunRecord;
  history: History;
  /** Seconds by which the server's clock is ahead of this one's. */
  ahead: number;
  connected: boolean;
}

export class Header {
  readonly element: HTMLElement;
  private readonly badge = h("span", { class: "badge" });
  private readonly where = h("span", { class: "where" });
  private readonly trouble = h("span", { class: "trouble" }, "Reconnecting to the server…");
  private readonly buttons = new Map<Verb, HTMLButtonElement>();
  private readonly course: Course;
  private readonly bar = h("div", { class: "bar", role: "progressbar", "aria-valuemin": 0, "aria-valuemax": 100 }, h("i", {}));
  private readonly phase = h("p", { class: "phase" });
  private readonly facts = h("dl", { class: "facts" });
  private readonly changes = h("ul", { class: "changes", "aria-label": "Changes on the way" });
  private readonly notices = h("div", { class: "notices" });
  private readonly spoken = h("p", { class: "spoken", "aria-live": "polite" });
  private asked: Verb | null = null;
  private complaint: Problem | null = null;
  private shownState: State | null = null;
  private shownNotices = "";
  private record: RunRecord | null = null;
  private history: History | null = null;
  private titles: Record<string, string> = {};
  private waiting: string | null = null;

  constructor(private readonly tell: Tell) {
    for (const { verb, icon: look, title, words } of BUTTONS) {
      const element = button(title, words, () => void this.press(verb), verb);
      element.prepend(icon(look));
      this.buttons.set(verb, element);
    }
    this.course = new Course((verb, values) => this.press(verb, values));
    this.element = h(
      "section",
      { class: "head", "aria-label": "Progress of the run" },
      h(
        "div",
        { class: "line" },
        this.badge,
        this.where,
        this.trouble,
        h("div", { class: "buttons" }, ...this.buttons.values()),
      ),
      this.bar,
      this.phase,
      this.facts,
      this.changes,
      this.course.element,
      this.notices,
      this.spoken,
    );
  }

  draw(state: HeaderState): void {
    const { record, history } = state;
    this.record = record;
    this.history = history;
    this.drawState(record.state);
    show(this.trouble, !state.connected && !ENDED.has(record.state));
    setText(this.where, place(record, history));
    this.drawButtons(record);
    this.course.draw(record, this.asked !== null);
    const phase = describePhase(record, history, this.waiting);
    setText(this.phase, phase.text);
    show(this.phase, phase.text !== "" || !ENDED.has(record.state));
    this.drawBar(phase.share ?? progress(record, history), record.state);
    this.drawFacts(facts(state));
    this.drawChanges(history);
    this.drawNotices(record, history);
  }

  /** The settings that can be changed, with the values in force. */
  offer(settings: LiveSetting[]): void {
    for (const setting of settings) this.titles[setting.name] = setting.title;
    this.course.offer(settings);
  }

  /** Where the run stands in the queue, as a sentence; null where it does not wait. */
  wait(sentence: string | null): void {
    this.waiting = sentence;
  }

  /** Resume or pause, whichever makes sense, and what ends the run while it has not ended; each with its reason. */
  private drawButtons(record: RunRecord): void {
    const refused = record.refused ?? {};
    const resumable = refused.resume === null;
    const shown: Partial<Record<Verb, boolean>> = { resume: resumable, pause: !resumable };
    for (const { verb, title, asked } of BUTTONS) {
      const element = this.buttons.get(verb)!;
      show(element, shown[verb] !== false && (verb === "resume" || !ENDED.has(record.state)));
      refuse(element, this.asked !== null ? BUSY : (refused[verb] ?? null));
      setText(element.lastElementChild!, this.asked === verb ? asked : title);
    }
  }

  private drawChanges(history: History): void {
    const list = history.changes().slice(-5);
    show(this.changes, list.length > 0);
    while (this.changes.children.length > list.length) this.changes.lastElementChild!.remove();
    list.forEach((change, i) => {
      const item = this.changes.children[i] ?? this.changes.appendChild(h("li", {}));
      const name = this.titles[change.setting] ?? title(change.setting);
      const value = Number.isInteger(change.value) ? count(change.value) : learningRate(change.value);
      setText(item, `${name} ${value} from step ${count(change.step)} on, in epoch ${count(change.epoch)}`);
    });
  }

  private drawState(state: State): void {
    if (state === this.shownState) return;
    if (this.shownState !== null) this.asked = null;
    this.shownState = state;
    const look = LOOKS[state];
    this.badge.className = `badge ${state}`;
    this.badge.replaceChildren(icon(look.icon), look.word);
    setText(this.spoken, `The run is now: ${look.word}.`);
  }

  private drawBar(share: number, state: State): void {
    const percent = Math.round(Math.max(0, Math.min(1, share)) * 1000) / 10;
    this.bar.className = `bar ${state}`;
    this.bar.setAttribute("aria-valuenow", String(percent));
    (this.bar.firstElementChild as HTMLElement).style.width = `${percent}%`;
  }

  private drawFacts(list: [string, string][]): void {
    while (this.facts.children.length > list.length) this.facts.lastElementChild!.remove();
    list.forEach(([name, value], i) => {
      const fact = this.facts.children[i] ?? this.facts.appendChild(h("div", {}, h("dt", {}), h("dd", {})));
      setText(fact.firstElementChild!, name);
      setText(fact.lastElementChild!, value);
    });
  }

  private drawNotices(record: RunRecord, history: History): void {
    const list = [...history.problems()];
    const final = record.problem ?? (record.state === "failed" ? failure(history) : null);
    if (final && !saidAbove(record, history) && !list.some((problem) => problem.message === final.message)) list.push(final);
    if (this.complaint) list.push(this.complaint);
    const key = JSON.stringify([list, record.state]);
    if (key === this.shownNotices) return;
    this.shownNotices = key;
    this.notices.replaceChildren(
      ...list.slice(-4).map((problem) => {
        const grave = problem.severity === "error" && (problem === this.complaint || ENDED.has(record.state));
        return h(
          "div",
          { class: grave ? "notice grave" : "notice", role: grave ? "alert" : "note" },
          icon(LOOKS.failed.icon),
          h("p", {}, h("strong", {}, problem.message), problem.hint ? ` ${problem.hint}` : ""),
        );
      }),
    );
  }

  /** Tell the run something, unless the last request is still on its way or the run refuses it. */
  async press(verb: Verb, values?: Values): Promise<Problem | null> {
    const reason = this.asked !== null ? BUSY : this.record?.refused?.[verb];
    if (reason) {
      this.complaint = { code: "state", message: reason, severity: "warning", hint: null };
      this.drawNotices(this.record!, this.history!);
      return this.complaint;
    }
    this.asked = verb;
    this.complaint = null;
    if (this.record) this.drawButtons(this.record);
    this.complaint = await this.tell(verb, values);
    // The buttons of the first line wait for the new state; the others are done when the request was taken.
    if (this.complaint || !BUTTONS.some((one) => one.verb === verb) || verb === "finish") this.asked = null;
    return this.complaint;
  }
}

/** Whether the verdict tells what the run failed of, with its fix. */
export function saidAbove(record: RunRecord, history: History): boolean {
  return record.problem?.code === "nan-loss" && history.all("verdict").at(-1)?.code === "diverged";
}

function failure(history: History): Problem | null {
  const message = history.state?.message;
  return message ? { code: "failed", message, severity: "error", hint: null } : null;
}

function place(record: RunRecord, history: History): string {
  const { progress, epochs } = history;
  const done = epochs.at(-1)?.epoch ?? 0;
  const planned = progress?.epochs ?? record.epochs;
  if (ENDED.has(record.state)) return done ? `${count(done)} of ${count(planned)} epochs` : "";
  if (!progress) return planned ? `${count(planned)} epochs planned` : "";
  return `Epoch ${count(progress.epoch)} of ${count(planned)}`;
}

/** The run in the few words of a browser's tab: "37 % · Digits CNN", "✓ Digits CNN". */
export function tabTitle(record: RunRecord, history: History): string {
  const { name, state } = record;
  if (state === "running") return `${Math.floor(progress(record, history) * 100)} % · ${name}`;
  if (state === "finished") return `✓ ${name}`;
  return `${LOOKS[state].word} · ${name}`;
}

function progress(record: RunRecord, history: History): number {
  if (record.state === "finished") return 1;
  const { progress, epochs } = history;
  const done = epochs.at(-1)?.epoch ?? 0;
  if (!progress) return record.epochs ? done / record.epochs : 0;
  return Math.max(done, progress.epoch - 1 + progress.step / Math.max(1, progress.steps)) / Math.max(1, progress.epochs);
}

function describePhase(record: RunRecord, history: History, waiting: string | null): { text: string; share?: number } {
  if (record.state === "queued") return { text: waiting ?? "Waiting for a free slot." };
  if (record.state === "finished" || record.state === "stopped") return { text: verdict(record, history) };
  if (record.state === "paused") return { text: "Its last checkpoint has everything: resume it whenever you like." };
  if (record.state !== "starting" && record.state !== "running") return { text: "" };
  const { data, model, progress } = history;
  const begun = progress || history.epochs.length || history.steps.steps.length;
  if (data && data.phase !== "ready" && data.seq > Math.max(model?.seq ?? 0, progress?.seq ?? 0)) {
    if (data.phase === "loading" || data.done === null) return { text: data.message };
    const text = `${data.message.replace(/[.…\s]+$/, "")}: ${bytes(data.done, data.total)}`;
    return data.total ? { text, share: data.done / data.total } : { text };
  }
  const chosen = history.all("execution").at(-1);
  if (begun && chosen && chosen.seq > (progress?.seq ?? 0)) return { text: `Compiling the training steps. ${chosen.execution.reason}` };
  if (begun) return { text: history.state?.message || (data?.phase === "ready" ? data.message : "") };
  if (model) return { text: `The network stands, with ${count(model.parameters)} parameters; its first step is being compiled.` };
  return { text: data ? "Building the model." : "Starting the worker." };
}

/** What came of it: "Trained 12 epochs in 12 s. The saved model is that of epoch 7, the best by validation loss." */
function verdict(record: RunRecord, history: History): string {
  const { finished } = history;
  const best = finished ? finished.best_epoch : (history.best()?.epoch ?? null);
  const monitor = finished?.monitor ?? record.monitor;
  const by = monitor ? `, the best by ${inSentence(metricTitle(monitor))}` : "";
  const saved = best === null ? "" : `The saved model is that of epoch ${count(best)}${by}.`;
  if (finished?.epochs === 0) return "Stopped before the first epoch had ended.";
  if (!finished) return record.state === "stopped" ? `Stopped before the end. ${saved}` : saved;
  return `Trained ${count(finished.epochs)} ${finished.epochs === 1 ? "epoch" : "epochs"} in ${duration(finished.seconds)}. ${saved}`;
}

function facts({ record, history, ahead }: HeaderState): [string, string][] {
  const { progress, epochs, finished } = history;
  const list: [string, string][] = [];
  const last = epochs.at(-1);
  const running = record.state === "running" || record.state === "starting";
  if (record.state === "running" && progress?.eta != null) list.push(["Time left", timeLeft(progress.eta)]);
  const began = record.started;
  if (began === null && !ENDED.has(record.state)) list.push(["Waiting", elapsed(Date.now() / 1000 + ahead - record.created)]);
  if (began !== null) {
    const until = running ? Date.now() / 1000 + ahead : (record.ended ?? Math.max(last?.time ?? 0, progress?.time ?? 0, began));
    list.push(running ? ["Elapsed", elapsed(until - began)] : ["Took", duration(until - began)]);
  }
  if (history.samplesPerSecond) list.push(["Speed", rate(history.samplesPerSecond)]);
  if (last?.learning_rate != null) list.push(["Learning rate", learningRate(last.learning_rate)]);
  const ended = ENDED.has(record.state);
  const best = finished?.best_epoch ?? history.best()?.epoch ?? record.best_epoch;
  const bestMetrics = finished?.metrics ?? epochs.find((epoch) => epoch.epoch === best)?.metrics ?? record.metrics;
  const shown = ended ? bestMetrics : last?.metrics;
  if (best != null && (ended || epochs.length > 1)) list.push(["Best epoch", count(best)]);
  for (const [name, value] of Object.entries(chosen(shown ?? {}))) list.push([metricTitle(name), metric(name, value)]);
  for (const [name, value] of Object.entries(finished?.test_metrics ?? record.test_metrics ?? {})) {
    list.push([`Test ${inSentence(title(name))}`, metric(name, value)]);
  }
  return list;
}

/** The few metrics that a glance should find: the loss and the first other metric, of validation where it exists. */
function chosen(metrics: Metrics): Metrics {
  const names = Object.keys(metrics);
  const prefer = (name: string) => (names.includes(`val_${name}`) ? `val_${name}` : name);
  const first = names.find((name) => !name.startsWith("val_") && name !== "loss" && name !== "learning_rate");
  const wanted = [names.includes("loss") ? prefer("loss") : null, first ? prefer(first) : null];
  return Object.fromEntries(wanted.filter((name) => name !== null).map((name) => [name, metrics[name] ?? null]));
}

export function metricTitle(name: string): string {
  return name.startsWith("val_") ? `Validation ${inSentence(title(name.slice(4)))}` : title(name);
}

