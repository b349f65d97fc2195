/** The bar that leads through a run: play, a slider over its steps, how fast, and back to the newest. */

import { h, icon, setText, show } from "./dom";
import { count } from "./eta";
import type { Scene } from "./scene";
import { paceOf, SPEEDS, type Timeline } from "./timeline";

export const PLAY = "M4 2.5v11L13.5 8z";
export const HOLD = "M4 3h3v10H4zm5 0h3v10H9z";

/** A button that plays the run's timeline, wherever it stands. */
export class PlayButton {
  readonly element = h("button", { type: "button", class: "small square" });
  private playing: boolean | null = null;

  constructor(timeline: Timeline) {
    this.element.addEventListener("click", () => timeline.toggle());
  }

  draw(playing: boolean): void {
    if (playing === this.playing) return;
    this.playing = playing;
    const words = playing ? "Hold" : "Play the run again";
    this.element.replaceChildren(icon(playing ? HOLD : PLAY));
    this.element.title = words;
    this.element.setAttribute("aria-label", words);
  }
}

export class Transport {
  readonly element: HTMLElement;
  private readonly play: PlayButton;
  private readonly slider = h("input", { type: "range", min: 0, step: 1, "aria-label": "Point of the run" });
  private readonly where = h("span", { class: "when" });
  private readonly speed = h(
    "select",
    { "aria-label": "Speed of the replay", title: "How many times as fast as the run was" },
    ...SPEEDS.map((speed) => h("option", { value: speed }, `${speed.toLocaleString("en-US")}×`)),
  );
  private readonly newest = h("button", { type: "button", class: "small live" });
  private scene: Scene | null = null;

  constructor(private readonly timeline: Timeline) {
    this.play = new PlayButton(timeline);
    this.element = h(
      "section",
      { class: "transport", "aria-label": "Replay" },
      this.play.element,
      this.slider,
      this.where,
      this.speed,
      this.newest,
    );
    this.slider.addEventListener("input", () => this.seek(Number(this.slider.value)));
    this.slider.addEventListener("keydown", (event) => this.key(event));
    this.speed.addEventListener("change", () => timeline.choose(Number(this.speed.value)));
    this.newest.addEventListener("click", () => timeline.follow());
  }

  draw(scene: Scene): void {
    this.scene = scene;
    const { at } = this.timeline;
    const { history, newest, perEpoch } = scene;
    show(this.element, newest > 1);
    this.play.draw(this.timeline.playing);
    this.slider.max = String(newest);
    this.slider.value = String(Math.round(scene.step));
    const text = perEpoch ? `epoch ${count(Math.ceil(scene.step / perEpoch))}` : `step ${count(scene.step)}`;
    setText(this.where, text);
    this.slider.setAttribute("aria-valuetext", `${text} of ${count(perEpoch ? newest / perEpoch : newest)}`);
    this.slider.style.setProperty("--share", `${(scene.step / Math.max(1, newest)) * 100}%`);
    const speed = String(this.timeline.speed(paceOf(history.epochs, newest)));
    if (this.speed.value !== speed) this.speed.value = speed;
    setText(this.newest, scene.ended ? "End" : "Live");
    this.newest.title = scene.ended ? "Show the whole run" : "Follow the run as it goes on";
    this.newest.setAttribute("aria-pressed", String(at === null));
  }

  private seek(step: number): void {
    if (this.scene) this.timeline.seek(step, this.scene.newest);
  }

  /** Arrow keys go by epochs, with the shift key by steps. */
  private key(event: KeyboardEvent): void {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way || !this.scene) return;
    event.preventDefault();
    const by = event.shiftKey ? 1 : Math.round(this.scene.perEpoch ?? this.scene.newest / 50);
    const from = Math.round(this.scene.step / by);
    this.seek((from + way) * by);
  }
}
