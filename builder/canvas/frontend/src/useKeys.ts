/**
 * The keyboard. Streamlit has shortcuts of its own on plain letters; no key that is meant for the canvas reaches
 * it.
 */

import { useEffect, useRef, type KeyboardEvent, type RefObject } from "react";
import { isBlock } from "./blocks";
import { useCanvas } from "./context";
import { isArrangement } from "./arrange";
import { edgeId, type Doc, type Position } from "./graph";
import { commandOf, isTyping, type Command } from "./keyboard";

const NUDGE_PAUSE = 400;

interface Hands {
  flow: RefObject<HTMLElement | null>;
  focus: () => void;
  openSearch: () => void;
  toggleMap: () => void;
  toggleSeveral: () => void;
  toggleSnap: () => void;
  toggleHelp: () => void;
  /** Whether it was open. */
  closeHelp: () => boolean;
}

export interface Keys {
  onKeyDown: (event: KeyboardEvent) => void;
  onKeyUp: (event: KeyboardEvent) => void;
  /** Give the canvas the focus where nothing in it has it: it went with a removed node, or was never here. */
  keepFocus: () => void;
  closeHelp: () => void;
}

export function useKeys(hands: Hands): Keys {
  const { store, camera, actions } = useCanvas();
  const nudged = useRef<{ at: Record<string, Position>; timer: number } | null>(null);

  const settle = (): void => {
    const last = nudged.current;
    if (last === null) return;
    window.clearTimeout(last.timer);
    nudged.current = null;
    actions.moved(last.at);
  };
  const settleLatest = useRef(settle);
  settleLatest.current = settle;
  useEffect(() => () => settleLatest.current(), []);

  const keepFocus = (): void => {
    const focused = () => (hands.flow.current?.getRootNode() as Document | ShadowRoot | undefined)?.activeElement;
    // A removed node takes the focus with it, and the next key may come before the next frame.
    const id = focused()?.closest(".react-flow__node, .react-flow__edge")?.getAttribute("data-id");
    if (id && !has(store.snapshot().doc, id)) hands.focus();
    const take = (): void => {
      const active = focused();
      if (!active || active === document.body) hands.focus();
    };
    queueMicrotask(take); // React has drawn what the event changed by then, and a button may have gone with it.
    requestAnimationFrame(take);
  };

  const nudge = (direction: "left" | "right" | "up" | "down", far: boolean): boolean => {
    if (store.snapshot().selection.nodes.length === 0) return done(() => camera.pan(direction, far));
    if (nudged.current) window.clearTimeout(nudged.current.timer);
    const at = { ...nudged.current?.at, ...actions.nudge(direction, far) };
    nudged.current = { at, timer: window.setTimeout(() => settleLatest.current(), NUDGE_PAUSE) };
    return true;
  };

  /** Select the node or edge that has the focus. */
  const accept = (event: KeyboardEvent): boolean => {
    const element = (event.target as Element).closest(".react-flow__node, .react-flow__edge");
    const id = element?.getAttribute("data-id");
    if ((event.target as Element).closest("button")) return false;
    const block = element ? id : actions.blocks.chosen;
    if (event.key === "Enter" && !event.shiftKey && block && isBlock(store.snapshot().doc, block))
      return done(() => actions.blocks.toggle(block));
    if (!element || !id) return false;
    const { nodes, edges } = event.shiftKey ? store.snapshot().selection : { nodes: [], edges: [] };
    if (element.classList.contains("react-flow__node"))
      store.select([...nodes.filter((other) => other !== id), id], edges);
    else store.select(nodes, [...edges.filter((other) => other !== id), id]);
    return true;
  };

  const link = (command: Command | null): boolean => {
    if (command === "accept") actions.endLink(true);
    else if (command === "right" || command === "down") actions.stepLink(1);
    else if (command === "left" || command === "up") actions.stepLink(-1);
    else if (command === "clear" || command === "connect") actions.endLink(false);
    else return false;
    return true;
  };

  const run = (command: Command, event: KeyboardEvent): boolean => {
    if (isArrangement(command)) return done(() => actions.arrange(command));
    const { chosen } = actions.blocks;
    switch (command) {
      case "undo":
        return done(() => store.undo());
      case "redo":
        return done(() => store.redo());
      case "selectAll":
        return done(() => actions.selectAll());
      case "duplicate":
        return done(() => actions.duplicate());
      case "shareCopy":
        return done(() => actions.duplicate(true));
      case "group":
        return done(() => actions.blocks.group());
      case "ungroup":
        return done(() => actions.blocks.ungroup());
      case "rename":
        return done(() => chosen !== null && actions.blocks.startNaming(chosen));
      case "freeze":
        return done(() => actions.blocks.toggleSwitch("frozen"));
      case "bypass":
        return done(() => actions.blocks.toggleSwitch("bypassed"));
      case "remove":
        return done(() => actions.remove());
      case "removeOnly":
        return done(() => actions.remove(false));
      case "connect":
        return done(() => actions.startLink());
      case "quickAdd":
        return done(hands.openSearch);
      case "tidy":
        return done(() => actions.tidy());
      case "fit":
        return done(() => camera.fit());
      case "zoomIn":
        return done(() => (chosen === null ? camera.zoom(1.2) : actions.blocks.repeat(chosen, 1)));
      case "zoomOut":
        return done(() => (chosen === null ? camera.zoom(1 / 1.2) : actions.blocks.repeat(chosen, -1)));
      case "minimap":
        return done(hands.toggleMap);
      case "several":
        return done(hands.toggleSeveral);
      case "snap":
        return done(hands.toggleSnap);
      case "direction":
        return done(() => actions.turn());
      case "help":
        return done(hands.toggleHelp);
      case "clear":
        return done(() => {
          if (!hands.closeHelp()) store.select([]);
        });
      case "accept":
        return accept(event);
      default:
        return nudge(command, event.shiftKey);
    }
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const path = event.nativeEvent.composedPath();
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey && event.key.length === 1 && event.key !== " ";
    const typing = isTyping(path);
    if (plain || typing) event.stopPropagation();
    if (typing || event.defaultPrevented) return;
    const command = commandOf(event);
    const aside = (event.target as Element).closest(".palette, .help") !== null;
    if (command === null || (aside && !["quickAdd", "help", "undo", "redo", "clear"].includes(command))) return;
    const arrows = ["left", "right", "up", "down"].includes(command);
    if (!arrows) settle();
    if (!(actions.isLinking ? link(command) : run(command, event))) return;
    event.preventDefault();
    event.stopPropagation();
    keepFocus();
  };

  const onKeyUp = (event: KeyboardEvent): void => {
    if (event.key.startsWith("Arrow")) settle();
  };

  return { onKeyDown, onKeyUp, keepFocus, closeHelp: () => void hands.closeHelp() };
}

/** Whether a node, block or edge of this id is there. */
function has(doc: Doc, id: string): boolean {
  return doc.nodes.some((node) => node.id === id) || isBlock(doc, id) || doc.edges.some((edge) => edgeId(edge) === id);
}

function done(job: () => void): true {
  job();
  return true;
}
