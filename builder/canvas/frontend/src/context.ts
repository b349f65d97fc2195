/** What every part of the canvas needs. */

import { createContext, useContext, useSyncExternalStore } from "react";
import type { Actions, Camera } from "./actions";
import type { Catalog } from "./catalog";
import type { Shown, Store } from "./store";
import type { View } from "./view";

export interface CanvasParts {
  store: Store;
  view: View;
  camera: Camera;
  catalog: Catalog;
  actions: Actions;
}

export const CanvasContext = createContext<CanvasParts | null>(null);

export function useCanvas(): CanvasParts {
  const parts = useContext(CanvasContext);
  if (parts === null) throw new Error("useCanvas is for parts of the canvas");
  return parts;
}

export const useShown = (store: Store): Shown => useSyncExternalStore(store.subscribe, store.snapshot);
