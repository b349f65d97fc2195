/** Which key does what. The list under "?" is made from this table, so that it cannot be wrong. */

import type { Arrangement } from "./arrange";

export type Command =
  | "undo"
  | "redo"
  | "selectAll"
  | "duplicate"
  | "remove"
  | "removeOnly"
  | "connect"
  | "quickAdd"
  | "tidy"
  | "fit"
  | "zoomIn"
  | "zoomOut"
  | "minimap"
  | "several"
  | "help"
  | "snap"
  | "direction"
  | Arrangement
  | "clear"
  | "left"
  | "right"
  | "up"
  | "down"
  | "accept"
  | "shareCopy"
  | "group"
  | "ungroup"
  | "rename"
  | "freeze"
  | "bypass";

interface Shortcut {
  command: Command;
  /** As `KeyboardEvent.key` in lower case, with `mod+` for Ctrl or Cmd and `shift+`. */
  keys: string[];
  /** How the list shows it; left out where another line says it too. */
  show?: string;
  does?: string;
}

export const SHORTCUTS: readonly Shortcut[] = [
  { command: "quickAdd", keys: ["/"], show: "/", does: "Search for a layer and add it (or double-click)" },
  { command: "connect", keys: ["c"], show: "C", does: "Connect: two selected layers, or the selected one to another" },
  { command: "remove", keys: ["delete", "backspace"], show: "Delete", does: "Remove, and join what was on both sides" },
  {
    command: "removeOnly",
    keys: ["shift+delete", "shift+backspace"],
    show: "Shift Delete",
    does: "Remove and leave a gap",
  },
  { command: "undo", keys: ["mod+z"], show: "Ctrl Z", does: "Undo" },
  { command: "redo", keys: ["mod+y", "mod+shift+z"], show: "Ctrl Y", does: "Redo (or Ctrl Shift Z)" },
  { command: "duplicate", keys: ["mod+d"], show: "Ctrl D", does: "Duplicate (Ctrl C, X, V: copy, cut, paste)" },
  {
    command: "shareCopy",
    keys: ["mod+shift+d"],
    show: "Ctrl Shift D",
    does: "Duplicate with shared weights: the same layers once more",
  },
  { command: "group", keys: ["mod+g"], show: "Ctrl G", does: "Group the selected layers in a block" },
  { command: "ungroup", keys: ["mod+shift+g"], show: "Ctrl Shift G", does: "Ungroup a block" },
  { command: "rename", keys: ["f2"], show: "F2", does: "Rename the selected block" },
  { command: "freeze", keys: ["f"], show: "F", does: "Freeze or thaw the selected layers' weights" },
  { command: "bypass", keys: ["b"], show: "B", does: "Bypass the selected layers, or let them work again" },
  { command: "selectAll", keys: ["mod+a"], show: "Ctrl A", does: "Select everything (Shift-drag: a box)" },
  {
    command: "several",
    keys: ["s"],
    show: "S",
    does: "Select several: drag a box, or click one after the other",
  },
  {
    command: "up",
    keys: ["arrowup", "shift+arrowup"],
    show: "Arrows",
    does: "Move the selected layers, or the picture where none is (Shift: further)",
  },
  { command: "down", keys: ["arrowdown", "shift+arrowdown"] },
  { command: "left", keys: ["arrowleft", "shift+arrowleft"] },
  { command: "right", keys: ["arrowright", "shift+arrowright"] },
  {
    command: "accept",
    keys: ["enter", "shift+enter", " "],
    show: "Tab, Enter",
    does: "Go through the layers, select one; Enter opens or folds a block",
  },
  { command: "tidy", keys: ["t"], show: "T", does: "Tidy up" },
  { command: "direction", keys: ["shift+d"], show: "Shift D", does: "Turn the network: top to bottom, left to right" },
  { command: "snap", keys: ["shift+g"], show: "Shift G", does: "Snap to the grid, or not" },
  { command: "alignLeft", keys: ["alt+a"], show: "Alt A, H, D", does: "Align left edges, centres, right edges" },
  { command: "alignCentre", keys: ["alt+h"] },
  { command: "alignRight", keys: ["alt+d"] },
  { command: "alignTop", keys: ["alt+w"], show: "Alt W, V, S", does: "Align top edges, middles, bottom edges" },
  { command: "alignMiddle", keys: ["alt+v"] },
  { command: "alignBottom", keys: ["alt+s"] },
  {
    command: "distributeAcross",
    keys: ["alt+shift+h"],
    show: "Alt Shift H, V",
    does: "Same gaps, across or down",
  },
  { command: "distributeDown", keys: ["alt+shift+v"] },
  { command: "fit", keys: ["home"], show: "Home", does: "Show everything" },
  {
    command: "zoomIn",
    keys: ["+", "="],
    show: "+  −",
    does: "Zoom in and out; with a block selected: repeat it more or less often",
  },
  { command: "zoomOut", keys: ["-"] },
  { command: "minimap", keys: ["m"], show: "M", does: "Show or hide the map" },
  { command: "clear", keys: ["escape"], show: "Esc", does: "Select nothing" },
  { command: "help", keys: ["?", "shift+?"], show: "?", does: "This list" },
];

const BY_KEY = new Map(SHORTCUTS.flatMap(({ command, keys }) => keys.map((key) => [key, command] as const)));

export interface Pressed {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
  /** The place of the key: with Alt, some keyboards write another letter. */
  code?: string;
}

export function commandOf(pressed: Pressed): Command | null {
  if (pressed.altKey) {
    const letter = /^Key([A-Z])$/.exec(pressed.code ?? "")?.[1] ?? pressed.key;
    const held = `${pressed.ctrlKey || pressed.metaKey ? "mod+" : ""}alt+${pressed.shiftKey ? "shift+" : ""}`;
    return BY_KEY.get(held + letter.toLowerCase()) ?? null;
  }
  const key = pressed.key.toLowerCase();
  const mod = pressed.ctrlKey || pressed.metaKey ? "mod+" : "";
  const plain = BY_KEY.get(`${mod}${key}`);
  if (!pressed.shiftKey) return plain ?? null;
  // Shift is part of what makes "?" or "+" on some keyboards, and of nothing that is a letter.
  return (
    BY_KEY.get(`${mod}shift+${key}`) ??
    (mod === "" && !/^[a-z]$/.test(key) && key.length === 1 ? (plain ?? null) : null)
  );
}

/** Whether a key event was meant for a field; the path is that of the event, which sees into shadow roots. */
export function isTyping(path: readonly EventTarget[]): boolean {
  const [target] = path;
  return (
    target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}
