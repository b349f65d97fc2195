/** The buttons over the canvas: history and layout at the top, the picture at the bottom. */

import { Panel, useReactFlow, useStore as useFlowStore } from "@xyflow/react";
import type { ReactElement } from "react";
import { useCanvas, useShown } from "./context";
import { ArrangeMenu } from "./ArrangeMenu";
import { Icon } from "./icons";
import { take } from "./pasteboard";
import { SelectionBar } from "./SelectionBar";

export function Tool(props: {
  icon: string;
  title: string;
  onClick: () => void;
  disabled?: boolean;
  pressed?: boolean;
}): ReactElement {
  return (
    <button
      type="button"
      className="tool"
      title={props.title}
      aria-label={props.title.replace(/ \(.*\)$/, "")}
      aria-pressed={props.pressed}
      disabled={props.disabled}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

interface Props {
  onAdd: () => void;
  onHelp: () => void;
  map: boolean;
  onMap: () => void;
  snap: boolean;
  onSnap: () => void;
  several: boolean;
  onSeveral: () => void;
}

export function Toolbar({ onAdd, onHelp, map, onMap, snap, onSnap, several, onSeveral }: Props): ReactElement {
  const { store, view, camera, actions } = useCanvas();
  const { canUndo, canRedo, doc } = useShown(store);
  const { zoomIn, zoomOut, zoomTo } = useReactFlow();
  const zoom = useFlowStore((state) => Math.round(state.transform[2] * 100));
  return (
    <>
      <SelectionBar />
      <Panel position="top-right" className="bar">
        <Tool icon="undo" title="Undo (Ctrl Z)" onClick={() => store.undo()} disabled={!canUndo} />
        <Tool icon="redo" title="Redo (Ctrl Y)" onClick={() => store.redo()} disabled={!canRedo} />
        <span className="gap" />
        <Tool icon="add" title="Add a layer (/)" onClick={onAdd} />
        <Tool icon="content_paste" title="Paste (Ctrl V)" onClick={() => void take().then((text) => actions.paste(text))} />
        <Tool
          icon="account_tree"
          title="Tidy up (T)"
          onClick={() => actions.tidy()}
          disabled={doc.nodes.length === 0}
        />
        <ArrangeMenu snap={snap} onSnap={onSnap} direction={view.direction} />
        <span className="gap" />
        <Tool icon="keyboard" title="Shortcuts (?)" onClick={onHelp} />
      </Panel>
      <Panel position="bottom-left" className="bar">
        <Tool
          icon="select_all"
          title="Select several: drag a box, or click one after the other (S)"
          onClick={onSeveral}
          pressed={several}
        />
        <span className="gap" />
        <Tool icon="remove" title="Zoom out (−)" onClick={() => void zoomOut()} />
        <button
          type="button"
          className="tool wide"
          title="Actual size"
          aria-label={`Zoom ${zoom} %, back to 100 %`}
          onClick={() => void zoomTo(1)}
        >
          {zoom} %
        </button>
        <Tool icon="add" title="Zoom in (+)" onClick={() => void zoomIn()} />
        <Tool icon="fit_screen" title="Show everything (Home)" onClick={() => camera.fit()} />
        <Tool icon="map" title="Map (M)" onClick={onMap} pressed={map} />
      </Panel>
    </>
  );
}
