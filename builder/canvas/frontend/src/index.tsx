/** What Streamlit calls: once for each answer of the script, each change of the theme and each place on a page. */

import { createRoot, type Root } from "react-dom/client";
import "@xyflow/react/dist/style.css";
import "./canvas.css";
import { Canvas } from "./Canvas";
import { answered, watch } from "./debug";
import { Store } from "./store";
import type { Payload } from "./wire";

interface Component {
  data: Payload | null;
  parentElement: HTMLElement | ShadowRoot;
  setStateValue: (name: string, value: unknown) => void;
}

interface Place {
  host: HTMLElement;
  root: Root;
}

const places = new WeakMap<Node, Place>();

/** One store for the life of the page: leaving for another page and coming back must not lose an unanswered edit. */
let store: Store | null = null;

function theStore(): Store {
  if (store === null) {
    store = new Store(
      crypto.getRandomValues(new Uint32Array(2)).reduce((text, part) => text + part.toString(36), ""),
      {
        now: () => performance.now(),
        after: (ms, job) => {
          const timer = window.setTimeout(job, ms);
          return () => window.clearTimeout(timer);
        },
      },
      answered,
    );
    watch(store);
  }
  return store;
}

export default function layerloomCanvas({ data, parentElement, setStateValue }: Component): () => void {
  const canvas = theStore();
  canvas.connect((sent) => setStateValue("sent", sent));
  if (data !== null) canvas.receive(data);
  let place = places.get(parentElement);
  if (place === undefined) {
    const host = document.createElement("div");
    parentElement.appendChild(host);
    place = { host, root: createRoot(host) };
    places.set(parentElement, place);
    place.root.render(<Canvas store={canvas} />);
  }
  const { host, root } = place;
  return () => {
    // Streamlit also cleans up after a run that another one has overtaken, while the canvas is on the page.
    setTimeout(() => {
      if (host.isConnected) return;
      root.unmount();
      places.delete(parentElement);
    });
  };
}
