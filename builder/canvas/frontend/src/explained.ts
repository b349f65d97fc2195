/** What the palette says of something that can be added, whether it is a layer or a block. */

import type { Ready } from "./blocks";
import type { Layer } from "./catalog";

export interface Explained {
  /** The layer's kind, or a block's own name among the blocks. */
  kind: string;
  title: string;
  icon: string;
  family: string;
  text: string;
  /** A small drawing, as SVG. */
  picture: string | null;
  /** As a `math` element. */
  formula: string | null;
  /** Where there is more to read. */
  doc: string | null;
}

export const layerExplained = ({ kind, icon, family, summary, help, picture, formula, doc }: Layer): Explained => ({
  kind,
  title: kind,
  icon,
  family,
  text: [summary, help].filter(Boolean).join(" "),
  picture: picture ?? null,
  formula: formula ?? null,
  doc: doc ?? null,
});

export const blockExplained = ({ kind, title, icon, family, summary, part, doc }: Ready): Explained => ({
  kind,
  title,
  icon: icon ?? "stacks",
  family: family ?? "block",
  text: `${summary} It is made of ${[...new Set(part.nodes.map((node) => node.kind))].join(", ")}.`,
  picture: null,
  formula: null,
  doc: doc ?? null,
});
