/** The canvas: waits for the catalogue, keeps its height, and gives its parts what they need. */

import { ReactFlowProvider } from "@xyflow/react";
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from "react";
import { Actions } from "./actions";
import { loadCatalog, type Catalog } from "./catalog";
import { CanvasContext, useShown } from "./context";
import { Stage } from "./Stage";
import type { Store } from "./store";
import { useCamera } from "./useCamera";
import { useHeight } from "./useHeight";
import { View } from "./view";

export function Canvas({ store }: { store: Store }): ReactElement {
  const root = useRef<HTMLDivElement>(null);
  const height = useHeight(useShown(store).height, root);
  const view = useMemo(() => new View(store), [store]);
  const [catalog, setCatalog] = useState<Catalog | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const load = useCallback(() => {
    setFailure(null);
    loadCatalog().then(
      (loaded) => {
        view.useCatalog(loaded);
        setCatalog(loaded);
      },
      (error: unknown) => setFailure(error instanceof Error ? error.message : String(error)),
    );
  }, [view]);
  useEffect(load, [load]);
  useEffect(() => view.attach(), [view]);

  return (
    <div className="canvas" ref={root} style={{ height }}>
      {catalog && (
        <ReactFlowProvider>
          <Editor store={store} view={view} catalog={catalog} />
        </ReactFlowProvider>
      )}
      {failure && (
        <div className="middle">
          <p>The list of layers could not be loaded. {failure}</p>
          <button type="button" className="button" onClick={load}>
            Try again
          </button>
        </div>
      )}
    </div>
  );
}

function Editor({ store, view, catalog }: { store: Store; view: View; catalog: Catalog }): ReactElement {
  const { draft, doc } = useShown(store);
  const flow = useRef<HTMLDivElement>(null);
  const { camera, ready, onMoved } = useCamera(view, draft, doc.nodes.length === 0, flow);
  const parts = useMemo(
    () => ({ store, view, camera, catalog, actions: new Actions(store, view, catalog, camera) }),
    [store, view, catalog, camera],
  );
  return (
    <CanvasContext value={parts}>
      <Stage flow={flow} ready={ready} onMoved={onMoved} />
    </CanvasContext>
  );
}
