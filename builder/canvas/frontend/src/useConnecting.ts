/**
 * Connecting by dragging: from handle to handle, anywhere onto a layer, into empty space, or an edge's end
 * elsewhere.
 */

import type { Connection, FinalConnectionState, OnConnectStart } from "@xyflow/react";
import { useRef, type RefObject } from "react";
import { entryOf, exitOf } from "./blocks";
import { useCanvas } from "./context";
import { closesCycle, type Position } from "./graph";
import { useStable } from "./useStable";
import { portOf, type TensorEdge } from "./view";

/** The end of a wire that holds: a layer is wanted for the other one. */
export type WireEnd = { from: string } | { into: string; port: number | null };

export interface Connecting {
  onConnectStart: OnConnectStart;
  onConnect: (connection: Connection) => void;
  onConnectEnd: (event: MouseEvent | TouchEvent, state: FinalConnectionState) => void;
  onReconnectStart: () => void;
  onReconnect: (edge: TensorEdge, connection: Connection) => void;
  onReconnectEnd: () => void;
  isValidConnection: (connection: Connection | TensorEdge) => boolean;
}

export function useConnecting(
  flow: RefObject<HTMLElement | null>,
  offerLayers: (at: Position, end: WireEnd) => void,
  keepFocus: () => void,
): Connecting {
  const { store, catalog, actions } = useCanvas();
  const reconnecting = useRef(false);

  const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
    finish(event, state);
    actions.linking.end();
  };

  const finish = (event: MouseEvent | TouchEvent, state: FinalConnectionState): void => {
    if (reconnecting.current || state.isValid || !state.fromNode || !state.fromHandle) return;
    const point = "changedTouches" in event ? event.changedTouches[0] : event;
    if (!point) return;
    const from = state.fromNode.id;
    const to = state.toNode?.id ?? nodeAt(flow.current, point.clientX, point.clientY);
    const forward = state.fromHandle.type === "source";
    if (to === null) {
      const at = { x: point.clientX, y: point.clientY };
      offerLayers(at, forward ? { from } : { into: from, port: portOf(state.fromHandle.id) });
    } else if (to !== from) {
      const at = { x: point.clientX, y: point.clientY };
      if (forward) actions.propose(from, to, portOf(state.toHandle?.id), at);
      else actions.propose(to, from, portOf(state.fromHandle.id), at);
    }
  };

  return {
    onConnectStart: useStable((_, { nodeId, handleType }) => {
      if (nodeId === null) return;
      actions.linking.start(nodeId, handleType === "source");
      // In case it is let go of where nothing is.
      const behind = handleType === "source" ? actions.behind(nodeId) : null;
      if (behind !== null) void actions.continuations.ask(behind);
    }),
    onConnect: useStable(({ source, target, targetHandle }) =>
      actions.propose(source, target, portOf(targetHandle), actions.linking.pointer),
    ),
    onConnectEnd: useStable(onConnectEnd),
    onReconnectStart: useStable(() => {
      reconnecting.current = true;
    }),
    onReconnect: useStable((edge, { source, target, targetHandle }) => {
      actions.reconnect(edge.id, source, target, portOf(targetHandle));
      keepFocus(); // the edge that had the focus is gone
    }),
    onReconnectEnd: useStable(() => {
      reconnecting.current = false;
      actions.linking.end();
    }),
    isValidConnection: useStable(({ source, target }) => {
      const { doc } = store.snapshot();
      return !closesCycle(doc, exitOf(doc, source), entryOf(doc, catalog, target));
    }),
  };
}

/** The node under a point of the screen. */
export function nodeAt(flow: HTMLElement | null, x: number, y: number): string | null {
  const root = flow?.getRootNode() as Document | ShadowRoot | undefined;
  const hit = root
    ?.elementsFromPoint(x, y)
    .map((element) => element.closest(".react-flow__node"))
    .find(Boolean);
  return hit?.getAttribute("data-id") ?? null;
}
