/** A few validation samples and what the network takes them for, getting better. */

import { h, setText, show } from "../dom";
import { number, percent } from "../eta";
import type { Examples, Samples } from "../events";
import type { PanelSpec, Stage } from "../panel";
import type { Scene } from "../scene";

/** Values of a sample that is no image which are shown. */
const VALUES = 4;

interface Card {
  element: HTMLElement;
  said: HTMLElement;
  sure: HTMLElement;
  bar: HTMLElement;
  truth: HTMLElement;
}

class SamplesPanel {
  readonly element: HTMLElement;
  private readonly headline = h("span", { class: "headline" });
  private readonly chooser = h("select", { "aria-label": "Output of the samples" });
  private readonly grid = h("div", { class: "samples" });
  private output = "";
  private cards: Card[] = [];
  private made = "";
  private shown: Samples | null = null;
  private scene: Scene | null = null;

  constructor(stage: Stage) {
    this.element = h("section", { class: "card", "aria-label": "Sample predictions" }, h("header", {}, h("h4", {}, "Samples"), this.headline, this.chooser), this.grid);
    this.chooser.addEventListener("change", () => {
      this.output = this.chooser.value;
      stage.changed();
    });
  }

  draw(scene: Scene): boolean {
    this.scene = scene;
    const names = scene.history.outputs("samples");
    if (!names.includes(this.output)) this.output = names[0] ?? "";
    if (this.chooser.length !== names.length) {
      this.chooser.replaceChildren(...names.map((name) => h("option", { value: name, selected: name === this.output }, name)));
    }
    show(this.chooser, names.length > 1);
    const list = scene.history.all("samples", this.output);
    const samples = list[scene.indexOf(list)];
    if (!samples) return false;
    const examples = scene.history.last("examples");
    const key = [samples.indices, examples?.seq].join();
    if (key !== this.made) {
      this.made = key;
      this.cards = samples.indices.map((index) => card(index, examples));
      this.grid.replaceChildren(...this.cards.map((each) => each.element));
      this.shown = null;
    }
    if (samples !== this.shown) this.fill(samples);
    return true;
  }

  private fill(samples: Samples): void {
    this.shown = samples;
    const classified = samples.probabilities.length > 0;
    const say = (value: number | null) =>
      value === null ? "no number" : classified ? (this.scene?.history.model?.classes[value] ?? String(value)) : number(value);
    let right = 0;
    this.cards.forEach((each, i) => {
      const [truth, prediction] = [samples.truths[i] ?? null, samples.predictions[i] ?? null];
      const share = prediction === null ? null : (samples.probabilities[i]?.[prediction] ?? null);
      const hit = classified && truth === prediction;
      right += hit ? 1 : 0;
      each.element.className = classified ? (hit ? "sample hit" : "sample miss") : "sample";
      setText(each.said, say(prediction));
      setText(each.sure, share === null ? "" : percent(share));
      setText(each.truth, classified && hit ? "right" : `true: ${say(truth)}`);
      each.bar.style.width = `${(share ?? 0) * 100}%`;
      each.bar.parentElement!.hidden = share === null;
    });
    setText(this.headline, `${classified ? `${right} of ${this.cards.length} right, ` : ""}epoch ${samples.epoch}`);
  }
}

function card(index: number, examples: Examples | null): Card {
  const [said, sure, truth] = ["said", "sure", "truth"].map((name) => h("span", { class: name })) as [HTMLElement, HTMLElement, HTMLElement];
  const bar = h("i", {});
  const element = h("figure", { class: "sample" }, input(index, examples), h("figcaption", {}, h("span", { class: "answer" }, said, sure), h("span", { class: "share" }, bar), truth));
  return { element, said, sure, bar, truth };
}

/** The sample itself: an image, or its first values. */
function input(index: number, examples: Examples | null): HTMLElement {
  const at = examples?.indices.indexOf(index) ?? -1;
  const values = examples?.inputs[at];
  if (!examples || !values?.length) return h("span", { class: "values" }, `sample ${index}`);
  if (!examples.image) {
    const text = values.slice(0, VALUES).map((value) => Number(value.toPrecision(3))).join(", ");
    return h("span", { class: "values" }, values.length > VALUES ? `${text}, …` : text);
  }
  const [height = 1, width = 1, channels = 1] = examples.shape;
  const canvas = h("canvas", { width, height, role: "img", "aria-label": `Sample ${index}` });
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const of = (channel: number) => values[i * channels + Math.min(channel, channels - 1)] ?? 0;
    image.data.set([of(0), of(1), of(2), 255], i * 4);
  }
  canvas.getContext("2d")!.putImageData(image, 0, 0);
  return canvas;
}

export default { place: "side", order: 60, make: (stage) => new SamplesPanel(stage) } satisfies PanelSpec;
