/** What Streamlit calls: once for each answer of the script, each change of the theme and each place on a page. */

import { createRoot } from "react-dom/client";
import "@xyflow/react/dist/style.css";
import "./theme.css";
import "./stage.css";
import "./palette.css";
import "./layers.css";
import "./edges.css";
import "./blocks.css";
import "./overlays.css";
import "./motion.css";
import { askServer } from "./ahead";
import { Canvas } from "./Canvas";
import { answered, watch } from "./debug";
import { Store } from "./store";
import type { Payload } from "./wire";

interface Component {
  data: Payload | null;
  parentElement: HTMLElement | ShadowRoot;
  setStateValue: (name: string, value: unknown) => void;
}

/**
 * One canvas for the life of the page. Streamlit takes it out of the page when one visits another page, and for a
 * moment also when an edit falls into a run of the whole script; the same elements are put back, so that nothing is
 * lost: no unanswered edit, no open menu, not the place one was looking at.
 */
interface Life {
  store: Store;
  host: HTMLElement;
  focused: HTMLElement | null;
}

let life: Life | null = null;

function begin(): Life {
  const name = [...crypto.getRandomValues(new Uint32Array(2))].map((part) => part.toString(36)).join("");
  const clock = {
    now: () => performance.now(),
    after: (ms: number, job: () => void) => {
      const timer = window.setTimeout(job, ms);
      return () => window.clearTimeout(timer);
    },
  };
  const store = new Store(name, clock, answered, askServer);
  watch(store);
  const host = document.createElement("div");
  createRoot(host).render(<Canvas store={store} />);
  const begun: Life = { store, host, focused: null };
  host.addEventListener("focusin", (event) => {
    begun.focused = event.target as HTMLElement;
  });
  host.addEventListener("focusout", () => {
    if (host.isConnected) begun.focused = null;
  });
  return begun;
}

export default function layerloomCanvas({ data, parentElement, setStateValue }: Component): () => void {
  life ??= begin();
  const { store, host, focused } = life;
  // A call for a place that has gone meanwhile: Streamlit waits for this module before each call.
  if (!parentElement.isConnected) return () => undefined;
  if (host.parentNode !== parentElement) {
    parentElement.appendChild(host);
    if (focused?.isConnected && document.activeElement === document.body) focused.focus({ preventScroll: true });
  }
  store.connect((sent) => setStateValue("sent", sent));
  if (data !== null) store.receive(data);
  // Streamlit also cleans up after a run that another one has overtaken, while the canvas is on the page.
  return () => setTimeout(() => host.isConnected || store.disconnect());
}
