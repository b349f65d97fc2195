/** The entry that Streamlit calls: once at mounting, and again whenever the data or the theme has changed. */

import "./live.css";
import type { Plan } from "./drawing";
import { RunView } from "./view";

interface Component {
  parentElement: HTMLElement | ShadowRoot;
  /** `hues`: the colour of each layer's family, as CSS; `plan`: the network. */
  data: { run: string; hues: Record<string, string>; plan: Plan } | null;
  setTriggerValue(name: "ended", value: boolean): void;
}

/** From this bundle, `assets/live/live.js`, to the address of the app. */
const BASE = "../../";

const views = new WeakMap<Node, RunView>();

export default async function ({ parentElement, data, setTriggerValue }: Component): Promise<() => void> {
  let view = views.get(parentElement);
  if (view?.run !== data?.run) {
    view?.close();
    views.delete(parentElement);
    view = undefined;
  }
  const onEnded = () => setTriggerValue("ended", true);
  if (view) {
    view.onEnded = onEnded;
    view.refresh();
  } else if (data) {
    const styles = styled(parentElement);
    view = new RunView(new URL(BASE, import.meta.url), data.run, data, parentElement, onEnded);
    views.set(parentElement, view);
    view.element.style.visibility = "hidden";
    await styles;
    view.element.style.visibility = "";
  }
  const mounted = view;
  // A clean-up also comes from a re-run that was cancelled while this instance lives on.
  return () =>
    setTimeout(() => {
      if (mounted && !mounted.element.isConnected) {
        mounted.close();
        if (views.get(parentElement) === mounted) views.delete(parentElement);
      }
    }, 0);
}

/** The style sheet, beside this module and of the same version, once in every shadow root. */
async function styled(parent: HTMLElement | ShadowRoot): Promise<void> {
  if (parent.querySelector("link[data-live]")) return;
  const here = new URL(import.meta.url);
  const sheet = document.createElement("link");
  sheet.rel = "stylesheet";
  sheet.dataset["live"] = "";
  sheet.href = new URL(`live.css${here.search}`, here.href).href;
  const loaded = new Promise<void>((done) => {
    sheet.onload = sheet.onerror = () => done();
  });
  parent.prepend(sheet);
  await loaded;
}
