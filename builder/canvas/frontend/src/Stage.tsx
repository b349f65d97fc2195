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
  useRef,
  useState,
  useSyncExternalStore,
  type ClipboardEvent,
  type ReactElement,
  type RefObject,
} from "react";
import type { Actions } from "./actions";
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
import { keep } from "./pasteboard";
import { QuickAdd } from "./QuickAdd";
import { dragging, Several } from "./Several";
import { TensorEdge } from "./TensorEdge";
import { Toolbar } from "./Toolbar";
import { useConnecting, type WireEnd } from "./useConnecting";
import { useKeys } from "./useKeys";
import { Distance, LARGE, useMotion, useRoomForMap } from "./useMotion";
import { useNoFlicks } from "./useNoFlicks";
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
const SMALL_MAP = { width: 132, height: 96 };

interface Props {
  flow: RefObject<HTMLDivElement | null>;
  /** False until the first picture is right. */
  ready: boolean;
  onMoved: (viewport: Viewport) => void;
}

interface Search extends Position {
  /** Where the layer goes; null means behind the selection. */
  at: Position | null;
  end: WireEnd | null;
}

export function Stage({ flow, ready, onMoved }: Props): ReactElement {
  const { store, view, camera, actions } = useCanvas();
  const { nodes, edges } = useSyncExternalStore(view.subscribe, view.snapshot);
  const shown = useShown(store);
  const { screenToFlowPosition } = useReactFlow();
  const drag = usePaletteDrag(flow);
  const room = useRoomForMap(flow);
  const [search, setSearch] = useState<Search | null>(null);
  const [help, setHelp] = useState(false);
  const [firstSteps, setFirstSteps] = useState(() => !recall("introduced", false));
  const knowsThem = useCallback(() => {
    setFirstSteps(false);
    remember("introduced", true);
  }, []);
  const stage = useCallback(() => flow.current?.closest<HTMLElement>(".stage") ?? null, [flow]);
  const [chosenMap, setChosenMap] = useState(() => recall<boolean | null>("map", null));
  const map = chosenMap ?? room; // small pages begin without it
  const [palette, setPalette] = useState(() => recall("palette", true) && window.innerWidth >= NARROW);
  const [linking, setLinking] = useState<string | null>(null);
  useEffect(() => actions.onLinking(setLinking), [actions]);
  const [choice, setChoice] = useState<Choice | null>(null);
  useEffect(() => actions.onChoice(setChoice), [actions]);

  const focus = useCallback(() => {
    flow.current?.querySelector<HTMLElement>(".react-flow")?.focus({ preventScroll: true });
  }, [flow]);
  const toggleMap = (): void => {
    remember("map", !map);
    setChosenMap(!map);
  };
  const [several, setSeveral] = useState(false);
  const toggleSeveral = (): void => setSeveral(!several);
  const [snap, setSnap] = useState(actions.snaps);
  const toggleSnap = (): void => setSnap(actions.toggleSnap());
  const togglePalette = (): void => {
    remember("palette", !palette);
    setPalette(!palette);
  };
  const pointer = useRef<Position | null>(null);
  /** Search at a point of the screen, or in the middle; `drop` puts the layer there and not behind the selection. */
  const openSearch = useCallback(
    (near: Position | null, drop: { end: WireEnd | null } | null = null) => {
      const area = flow.current?.getBoundingClientRect();
      if (!area) return;
      const [x, y] = near ? [near.x - area.left - 24, near.y - area.top - 20] : [(area.width - SEARCH.width) / 2, 72];
      setSearch({
        x: Math.max(8, Math.min(x, area.width - SEARCH.width - 8)),
        y: Math.max(8, Math.min(y, area.height - SEARCH.height - 8)),
        at: near && drop ? screenToFlowPosition(near) : null,
        end: drop?.end ?? null,
      });
    },
    [flow, screenToFlowPosition],
  );
  const pick = ({ layer, block }: Offer): void => {
    setSearch(null);
    const { at = null, end = null } = search ?? {};
    const from = end && "from" in end ? end.from : undefined;
    if (layer && at && end && "into" in end) actions.addBefore(layer.kind, at, end.into, end.port);
    else if (layer && at) actions.addAt(layer.kind, at, from);
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
    openSearch: () => openSearch(pointer.current),
    toggleMap,
    toggleSeveral,
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
    keep(text);
    event.preventDefault();
    if (event.type === "cut") actions.remove();
    keys.keepFocus();
  };
  const onPaste = (event: ClipboardEvent): void => {
    if (isTyping(event.nativeEvent.composedPath())) return;
    event.preventDefault();
    actions.paste(event.clipboardData.getData("text/plain"));
  };

  useNoFlicks(flow);
  const connecting = useConnecting(flow, (at, end) => openSearch(at, { end }), keys.keepFocus);
  const onDragged = useStable((moved: LayerNodeModel[]) =>
    actions.moved(Object.fromEntries(moved.map(({ id, position }) => [id, position]))),
  );
  const motion = useMotion(flow);
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
        onClick={keys.keepFocus}
        onPointerMove={({ pointerType, clientX, clientY }) => {
          if (pointerType === "mouse") pointer.current = { x: clientX, y: clientY };
        }}
        onPointerLeave={() => {
          pointer.current = null;
        }}
        onFocus={({ target }) => {
          view.look(target.closest(".react-flow__edge")?.getAttribute("data-id") ?? null);
          if (target.matches(".react-flow__node:focus-visible")) camera.reveal([target.getAttribute("data-id") ?? ""]);
        }}
        onBlur={() => view.look(null)}
        onDoubleClick={(event) => {
          if ((event.target as Element).classList.contains("react-flow__pane"))
            openSearch({ x: event.clientX, y: event.clientY }, { end: null });
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
          {...dragging(several)}
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
          {map && nodes.length > 0 && (
            <MiniMap<LayerNodeModel>
              pannable
              zoomable
              ariaLabel="Map"
              nodeClassName={mapClass}
              nodeBorderRadius={16}
              style={room ? {} : SMALL_MAP}
            />
          )}
          <Distance flow={flow} />
          <Several on={several} />
          <Toolbar
            onAdd={() => openSearch(null)}
            onHelp={() => setHelp(true)}
            {...{ map, snap, several }}
            onMap={toggleMap}
            onSnap={toggleSnap}
            onSeveral={toggleSeveral}
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
            end={search.end}
            behind={behind(search, actions)}
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

/** The node whose output a layer gets that is picked in the search. */
function behind({ at, end }: Search, actions: Actions): string | null {
  if (end === null) return at === null ? actions.behind(null) : null;
  return "from" in end ? actions.behind(end.from) : null;
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
