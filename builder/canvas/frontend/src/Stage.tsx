/** What one sees and works on: React Flow between the palette and the buttons, and what opens over it. */

import {
  Background,
  ConnectionLineType,
  MiniMap,
  ReactFlow,
  SelectionMode,
  useReactFlow,
  type Viewport,
} from "@xyflow/react";
import {
  useCallback,
  useEffect,
  useState,
  useSyncExternalStore,
  type ClipboardEvent,
  type ReactElement,
  type RefObject,
} from "react";
import type { Offer } from "./catalog";
import { useCanvas, useShown } from "./context";
import type { Position } from "./graph";
import { DropChoice } from "./DropChoice";
import { FirstSteps } from "./FirstSteps";
import { Help } from "./Help";
import { Icon } from "./icons";
import { isTyping } from "./keyboard";
import { LayerNode } from "./LayerNode";
import { LinkBubble } from "./LinkBubble";
import type { Choice } from "./linking";
import { recall, remember } from "./memory";
import { Palette } from "./Palette";
import { QuickAdd } from "./QuickAdd";
import { TensorEdge } from "./TensorEdge";
import { Toolbar } from "./Toolbar";
import { useConnecting } from "./useConnecting";
import { useKeys } from "./useKeys";
import { Distance, LARGE, useMotion, useRoomForMap } from "./useMotion";
import { usePaletteDrag } from "./usePaletteDrag";
import { useStable } from "./useStable";
import { FoldedBlock, OpenBlock } from "./BlockNode";
import { mapClass, type DrawnNode as LayerNodeModel } from "./blockview";
import type { TensorEdge as TensorEdgeModel } from "./view";

const NODE_TYPES = { layer: LayerNode, folded: FoldedBlock, block: OpenBlock };
const EDGE_TYPES = { tensor: TensorEdge };
const MULTI_SELECTION_KEYS = ["Meta", "Control", "Shift"];
const SNAP: [number, number] = [10, 10];
/** Narrower pages begin without the palette. */
const NARROW = 1000;
const SEARCH = { width: 320, height: 332 };

interface Props {
  flow: RefObject<HTMLDivElement | null>;
  /** False until the first picture is right. */
  ready: boolean;
  onMoved: (viewport: Viewport) => void;
}

interface Search extends Position {
  /** Where the layer goes; null means behind the selection. */
  at: Position | null;
  from: string | null;
}

export function Stage({ flow, ready, onMoved }: Props): ReactElement {
  const { store, view, camera, actions } = useCanvas();
  const { nodes, edges } = useSyncExternalStore(view.subscribe, view.snapshot);
  const shown = useShown(store);
  const { screenToFlowPosition } = useReactFlow();
  const drag = usePaletteDrag(flow);
  const [search, setSearch] = useState<Search | null>(null);
  const [help, setHelp] = useState(false);
  const [firstSteps, setFirstSteps] = useState(() => !recall("introduced", false));
  const knowsThem = useCallback(() => {
    setFirstSteps(false);
    remember("introduced", true);
  }, []);
  const stage = useCallback(() => flow.current?.closest<HTMLElement>(".stage") ?? null, [flow]);
  const [map, setMap] = useState(() => recall("map", true));
  const [palette, setPalette] = useState(() => recall("palette", true) && window.innerWidth >= NARROW);
  const [linking, setLinking] = useState<string | null>(null);
  useEffect(() => actions.onLinking(setLinking), [actions]);
  const [choice, setChoice] = useState<Choice | null>(null);
  useEffect(() => actions.onChoice(setChoice), [actions]);

  const focus = useCallback(() => {
    flow.current?.querySelector<HTMLElement>(".react-flow")?.focus({ preventScroll: true });
  }, [flow]);
  const toggleMap = useCallback(() => {
    setMap((now) => {
      remember("map", !now);
      return !now;
    });
  }, []);
  const [snap, setSnap] = useState(actions.snaps);
  const toggleSnap = (): void => setSnap(actions.toggleSnap());
  const togglePalette = (): void => {
    remember("palette", !palette);
    setPalette(!palette);
  };
  const openSearch = useCallback(
    (client?: Position, from: string | null = null) => {
      const area = flow.current?.getBoundingClientRect();
      if (!area) return;
      const [x, y] = client
        ? [client.x - area.left - 24, client.y - area.top - 20]
        : [(area.width - SEARCH.width) / 2, 72];
      setSearch({
        x: Math.max(8, Math.min(x, area.width - SEARCH.width - 8)),
        y: Math.max(8, Math.min(y, area.height - SEARCH.height - 8)),
        at: client ? screenToFlowPosition(client) : null,
        from,
      });
    },
    [flow, screenToFlowPosition],
  );
  const pick = ({ layer, block }: Offer): void => {
    setSearch(null);
    const [at, from] = [search?.at, search?.from ?? undefined];
    if (layer && at) actions.addAt(layer.kind, at, from);
    else if (layer) actions.add(layer.kind);
    else if (at) actions.blocks.addReadyAt(block, at, from);
    else actions.blocks.addReady(block);
    focus();
  };

  const decide = (job: (chosen: Choice) => void): void => {
    if (choice) job(choice);
    setChoice(null);
    focus();
  };

  useEffect(() => {
    if (shown.request === null) return;
    camera.reveal(shown.request.nodes);
    store.requestDone();
  }, [shown.request, camera, store]);

  const keys = useKeys({
    flow,
    focus,
    openSearch: () => openSearch(),
    toggleMap,
    toggleSnap,
    toggleHelp: () => setHelp((now) => !now),
    closeHelp: () => {
      if (help) focus();
      setHelp(false);
      return help;
    },
  });

  const onCopy = (event: ClipboardEvent): void => {
    if (isTyping(event.nativeEvent.composedPath())) return;
    const text = actions.copy();
    if (text === null) return;
    event.clipboardData.setData("text/plain", text);
    event.preventDefault();
    if (event.type === "cut") actions.remove();
    keys.keepFocus();
  };
  const onPaste = (event: ClipboardEvent): void => {
    if (isTyping(event.nativeEvent.composedPath())) return;
    event.preventDefault();
    actions.paste(event.clipboardData.getData("text/plain"));
  };

  const connecting = useConnecting(flow, openSearch, keys.keepFocus);
  const onDragged = useStable((moved: LayerNodeModel[]) =>
    actions.moved(Object.fromEntries(moved.map(({ id, position }) => [id, position]))),
  );
  const motion = useMotion(flow);
  const room = useRoomForMap(flow);
  const onNodeDragStop = useCallback(
    (_: unknown, __: unknown, moved: LayerNodeModel[]) => {
      motion.stopped();
      onDragged(moved);
    },
    [onDragged, motion],
  );
  const onSelectionDragStop = useCallback(
    (_: unknown, moved: LayerNodeModel[]) => {
      motion.stopped();
      onDragged(moved);
    },
    [onDragged, motion],
  );
  const onEdgeMouseEnter = useCallback((_: unknown, { id }: TensorEdgeModel) => view.look(id), [view]);
  const onEdgeMouseLeave = useCallback(() => view.look(null), [view]);
  const onMoveEnd = useCallback(
    (_: unknown, viewport: Viewport) => {
      motion.stopped();
      onMoved(viewport);
    },
    [onMoved, motion],
  );

  return (
    <div
      className="stage"
      onKeyDown={keys.onKeyDown}
      onKeyUp={keys.onKeyUp}
      onCopy={onCopy}
      onCut={onCopy}
      onPaste={onPaste}
    >
      <Palette open={palette} onToggle={togglePalette} drag={drag} onLeave={focus} />
      <div
        className={ready ? "flow" : "flow arriving"}
        ref={flow}
        onPointerDownCapture={keys.keepFocus}
        onFocus={({ target }) => view.look(target.closest(".react-flow__edge")?.getAttribute("data-id") ?? null)}
        onBlur={() => view.look(null)}
        onDoubleClick={(event) => {
          if ((event.target as Element).classList.contains("react-flow__pane"))
            openSearch({ x: event.clientX, y: event.clientY });
        }}
      >
        <ReactFlow<LayerNodeModel, TensorEdgeModel>
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          onNodesChange={view.applyNodes}
          onEdgesChange={view.applyEdges}
          {...connecting}
          onNodeDragStop={onNodeDragStop}
          onSelectionDragStop={onSelectionDragStop}
          onEdgeMouseEnter={onEdgeMouseEnter}
          onEdgeMouseLeave={onEdgeMouseLeave}
          onMoveStart={motion.onMoveStart}
          onMoveEnd={onMoveEnd}
          onNodeDragStart={motion.onNodeDragStart}
          onSelectionDragStart={motion.onNodeDragStart}
          onlyRenderVisibleElements={nodes.length > LARGE}
          onPaneClick={focus}
          tabIndex={0}
          aria-label="Network. Press ? for the shortcuts."
          deleteKeyCode={null}
          disableKeyboardA11y
          multiSelectionKeyCode={MULTI_SELECTION_KEYS}
          selectionMode={SelectionMode.Partial}
          zoomOnDoubleClick={false}
          nodeDragThreshold={3}
          connectionRadius={36}
          connectionLineType={ConnectionLineType.Bezier}
          snapToGrid={snap}
          snapGrid={SNAP}
          minZoom={0.1}
          maxZoom={2}
          elevateEdgesOnSelect
        >
          <Background gap={20} size={1.2} />
          {map && room && nodes.length > 0 && (
            <MiniMap<LayerNodeModel> pannable zoomable ariaLabel="Map" nodeClassName={mapClass} nodeBorderRadius={16} />
          )}
          <Distance flow={flow} />
          <Toolbar
            onAdd={() => openSearch()}
            onHelp={() => setHelp(true)}
            map={map}
            onMap={toggleMap}
            snap={snap}
            onSnap={toggleSnap}
          />
        </ReactFlow>
        {shown.doc.nodes.length === 0 && ready && (
          <div className="middle">
            <p>
              Drag a layer here, or press <kbd>/</kbd> to search.
            </p>
            <button type="button" className="button" onClick={() => actions.add("Input")}>
              <Icon name="add" /> Add an Input
            </button>
          </div>
        )}
        {search && (
          <QuickAdd
            x={search.x}
            y={search.y}
            from={search.from}
            onPick={pick}
            onClose={() => {
              setSearch(null);
              focus();
            }}
          />
        )}
        <LinkBubble flow={flow} />
        {choice && (
          <DropChoice
            choice={choice}
            {...choicePlace(flow.current, choice)}
            onBridge={() => decide((chosen) => actions.bridge(chosen))}
            onFix={(fix) => decide((chosen) => actions.connectAndMend(chosen, fix))}
            onAnyway={() => decide(({ source, target, port }) => actions.connect(source, target, port))}
            onClose={() => decide(() => undefined)}
          />
        )}
        {help && (
          <Help
            onClose={() => keys.closeHelp()}
            onFirstSteps={() => {
              keys.closeHelp();
              setFirstSteps(true);
            }}
          />
        )}
        <div className="toasts" role="status" aria-live="polite">
          {linking && <div className="toast plain">{linking} Arrows choose another, Enter connects, Esc cancels.</div>}
          {shown.toasts.map(({ id, message }) => (
            <div key={id} className="toast">
              <Icon name="info" />
              <span>{message}</span>
              <button type="button" className="tool" aria-label="Dismiss" onClick={() => store.dismiss(id)}>
                <Icon name="close" />
              </button>
            </div>
          ))}
        </div>
      </div>
      {firstSteps && ready && <FirstSteps palette={palette} stage={stage} onDone={knowsThem} />}
      {drag.ghost && (
        <div className="ghost" data-family={drag.ghost.family} style={{ left: drag.ghost.x, top: drag.ghost.y }}>
          <span className="tile">
            <Icon name={drag.ghost.icon} />
          </span>
          {drag.ghost.title}
        </div>
      )}
    </div>
  );
}

const CHOICE = { width: 280, height: 230 };

/** Where the drop was, else below the target, inside the flow area. */
function choicePlace(area: HTMLElement | null, { at, target }: Choice): Position {
  if (!area) return { x: 8, y: 8 };
  const { left, top, width, height } = area.getBoundingClientRect();
  const node = area.querySelector(`.react-flow__node[data-id="${CSS.escape(target)}"]`)?.getBoundingClientRect();
  const x = (at?.x ?? node?.left ?? left + width / 2) - left;
  const y = (at?.y ?? node?.bottom ?? top + height / 2) - top;
  return {
    x: Math.max(8, Math.min(x + 8, width - CHOICE.width - 8)),
    y: Math.max(8, Math.min(y + 8, height - CHOICE.height - 8)),
  };
}
