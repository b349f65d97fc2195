/** The layers that exist, as `/api/catalog` lists them. */

import type { Ready } from "./blocks";

export const FAMILIES = [
  "input",
  "core",
  "convolution",
  "pooling",
  "recurrent",
  "attention",
  "normalization",
  "merging",
  "preprocessing",
] as const;
export type Family = (typeof FAMILIES)[number];

export const FAMILY_TITLES: Record<Family, string> = {
  input: "Input",
  core: "Core",
  convolution: "Convolution",
  pooling: "Pooling",
  recurrent: "Recurrent",
  attention: "Attention",
  normalization: "Normalization and regularization",
  merging: "Merging",
  preprocessing: "Preprocessing",
};

export interface Ports {
  names: readonly string[];
  least: number;
  most: number | null;
}

export interface Layer {
  kind: string;
  family: Family;
  icon: string;
  summary: string;
  keywords: readonly string[];
  /** When one uses it, after the summary. */
  help?: string;
  /** A small drawing, as SVG. */
  picture?: string | null;
  /** As a `math` element. */
  formula?: string | null;
  /** Its page at keras.io. */
  doc?: string | null;
  ports: Ports;
  start_params: Record<string, unknown>;
}

/**
 * What is taken of a layer that the catalogue does not know: it can be connected, and the server says what is
 * wrong.
 */
const UNKNOWN: Omit<Layer, "kind"> = {
  family: "core",
  icon: "help",
  summary: "This layer is not in the catalogue.",
  keywords: [],
  ports: { names: ["input"], least: 1, most: 1 },
  start_params: {},
};

export class Catalog {
  private readonly byKind: ReadonlyMap<string, Layer>;
  private readonly unknown = new Map<string, Layer>();

  constructor(
    readonly layers: readonly Layer[],
    /** The ready blocks. */
    readonly blocks: readonly Ready[] = [],
  ) {
    this.byKind = new Map(layers.map((layer) => [layer.kind, layer]));
  }

  get(kind: string): Layer {
    const known = this.byKind.get(kind) ?? this.unknown.get(kind);
    if (known) return known;
    const layer = { kind, ...UNKNOWN };
    this.unknown.set(kind, layer);
    return layer;
  }

  has(kind: string): boolean {
    return this.byKind.has(kind);
  }

  /** The layers by family, in the order of the design. */
  groups(): { family: Family; layers: Layer[] }[] {
    return FAMILIES.map((family) => ({
      family,
      layers: this.layers.filter((layer) => layer.family === family),
    })).filter(({ layers }) => layers.length > 0);
  }

  /** The layers that fit the words, best first; all of them where there are no words. */
  search(words: string): Layer[] {
    return ranked(this.layers, words, score);
  }

  /**
   * All that can be added: layers, the person's own blocks and the ready ones. Those that fit the words, best first;
   * where there are no words, what was used last, blocks, then the layers.
   */
  offer(words: string, recent: readonly string[], own: readonly Ready[]): Offer[] {
    const late = recent.flatMap((kind) => this.byKind.get(kind) ?? []);
    const rest = this.layers.filter((layer) => !late.includes(layer));
    const asOffer = (layer: Layer): Offer => ({ layer });
    const blocks = [...own, ...this.blocks].map((block): Offer => ({ block }));
    if (!words.trim()) return [...late.map(asOffer), ...blocks, ...rest.map(asOffer)];
    return ranked([...this.layers.map(asOffer), ...blocks], words, (each, word) =>
      each.layer ? score(each.layer, word) : scoreOfBlock(each.block, word),
    );
  }
}

/** Something that can be added. */
export type Offer = { layer: Layer; block?: undefined } | { block: Ready; layer?: undefined };

/** The items that fit all words, best first; all of them where there are no words. */
function ranked<T>(items: readonly T[], words: string, score: (item: T, word: string) => number): T[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return [...items];
  return items
    .map((item) => ({ item, score: Math.min(...wanted.map((word) => score(item, word))) }))
    .filter(({ score }) => score > 0)
    .sort((one, other) => other.score - one.score)
    .map(({ item }) => item);
}

interface Described {
  kind: string;
  family: string;
  keywords: readonly string[];
  summary: string;
}

function score(layer: Described, word: string): number {
  const kind = layer.kind.toLowerCase();
  if (kind === word) return 6;
  if (kind.startsWith(word)) return 5;
  if (initials(layer.kind).startsWith(word)) return 4.5;
  if (kind.includes(word)) return 4;
  if (layer.keywords.some((keyword) => keyword.toLowerCase().startsWith(word))) return 3;
  if (layer.family.startsWith(word)) return 2;
  return word.length > 2 && layer.summary.toLowerCase().includes(word) ? 1 : 0;
}

/** A block is known by its title. */
const scoreOfBlock = ({ title, kind, keywords = [], summary }: Ready, word: string): number =>
  score({ kind: title, family: "block", keywords: [...keywords, kind], summary }, word);

/** "MultiHeadAttention" -> "mha" */
function initials(kind: string): string {
  return kind.replace(/[^A-Z0-9]/g, "").toLowerCase();
}

let loading: Promise<Catalog> | null = null;

/** The catalogue, fetched once per page; a failure can be tried again. */
export function loadCatalog(): Promise<Catalog> {
  loading ??= fetch(new URL("api/catalog", document.baseURI), { credentials: "same-origin" })
    .then((response) => {
      if (!response.ok) throw new Error(`The server answered ${response.status}.`);
      return response.json() as Promise<{ layers: Layer[]; blocks?: Ready[] }>;
    })
    .then(({ layers, blocks }) => new Catalog(layers, blocks ?? []))
    .catch((error: unknown) => {
      loading = null;
      throw error;
    });
  return loading;
}
