/** Changing the course of a run: step by step, live settings, more epochs. One row of small forms below the buttons. */

import { button, h, refuse, show } from "./dom";
import { learningRate } from "./eta";
import { ENDED, type LiveSetting, type RunRecord, type Tell, type Values, type Verb } from "./events";

const MORE = 10;

/** Why nothing can be pressed while a request is on its way. */
export const BUSY = "The last request is still on its way.";

export class Course {
  readonly element = h("div", { class: "course", role: "group", "aria-label": "Course of the run" });
  private readonly settings = h("span", { class: "settings" });
  private readonly fields = new Map<string, HTMLInputElement>();
  private readonly steps: HTMLElement;
  private readonly more: HTMLElement;
  private readonly buttons: [Verb, HTMLButtonElement][] = [];

  constructor(private readonly act: Tell) {
    this.steps = h(
      "span",
      { class: "form", role: "group", "aria-label": "Step" },
      h("span", { "aria-hidden": "true" }, "Step"),
      this.press("step", "One batch", "Train one batch, then pause again", () => ({ stride: "batch" })),
      this.press("step", "One epoch", "Train to the end of the epoch, then pause again", () => ({ stride: "epoch" })),
    );
    const epochs = field("Epochs more", MORE, true);
    this.more = this.form("extend", "Train more", "Train so many epochs more", "epochs more", epochs, () => ({
      epochs: Number(epochs.value),
    }));
    this.element.append(this.steps, this.settings, this.more);
  }

  /** The settings that the server says can be changed, with the values in force. */
  offer(settings: LiveSetting[]): void {
    for (const setting of settings) {
      const input = this.fields.get(setting.name);
      if (input) this.fill(input, setting.value);
      else this.settings.append(this.settingForm(setting));
    }
  }

  /** Show a value that has come into force, unless somebody is just writing another one. */
  private fill(input: HTMLInputElement, value: number): void {
    const text = shown(value);
    if (input.value === input.dataset["shown"]) input.value = text;
    input.dataset["shown"] = text;
  }

  draw(record: RunRecord, asked: boolean): void {
    const ended = ENDED.has(record.state);
    show(this.steps, !ended);
    show(this.settings, !ended);
    for (const [verb, element] of this.buttons) refuse(element, asked ? BUSY : (record.refused?.[verb] ?? null));
  }

  private settingForm(setting: LiveSetting): HTMLElement {
    const input = field(setting.title, setting.value, setting.whole, setting.help);
    this.fields.set(setting.name, input);
    const values = () => ({ setting: setting.name, value: Number(input.value) });
    return this.form("change", "Set", `Change it from the next step on`, setting.title, input, values);
  }

  private form(
    verb: Verb,
    text: string,
    words: string,
    label: string,
    input: HTMLInputElement,
    values: () => Values,
  ): HTMLElement {
    const name = text === "Set" ? `Set ${label.toLowerCase()}` : text;
    const press = this.press(verb, text, words, values);
    press.setAttribute("aria-label", name);
    input.addEventListener("keydown", (event) => {
      if (event.key === "Enter") press.click();
    });
    const parts = verb === "extend" ? [press, input, h("span", {}, label.replace(" more", ""))] : [h("span", {}, label), input, press];
    return h("span", { class: "form" }, ...parts);
  }

  private press(verb: Verb, text: string, words: string, values: () => Values): HTMLButtonElement {
    const element = button(text, words, () => void this.act(verb, values()), "small");
    this.buttons.push([verb, element]);
    return element;
  }
}

function field(label: string, value: number, whole: boolean, help?: string): HTMLInputElement {
  const text = shown(value);
  const input = h("input", { type: "text", inputmode: whole ? "numeric" : "decimal", "aria-label": label, title: help, size: 7 });
  input.value = input.dataset["shown"] = text;
  return input;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : learningRate(value);
}

