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
  /** Its page at keras.io. */
  doc?: string | null;
  ports: Ports;
  start_params: Record<string, unknown>;
}

/** What is taken of a layer that the catalogue does not know: it can be connected, and the server says what is wrong. */
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
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    if (wanted.length === 0) return [...this.layers];
    return this.layers
      .map((layer) => ({ layer, score: Math.min(...wanted.map((word) => score(layer, word))) }))
      .filter(({ score }) => score > 0)
      .sort((one, other) => other.score - one.score)
      .map(({ layer }) => layer);
  }
}

function score(layer: Layer, word: string): number {
  const kind = layer.kind.toLowerCase();
  if (kind === word) return 6;
  if (kind.startsWith(word)) return 5;
  if (initials(layer.kind).startsWith(word)) return 4.5;
  if (kind.includes(word)) return 4;
  if (layer.keywords.some((keyword) => keyword.toLowerCase().startsWith(word))) return 3;
  if (layer.family.startsWith(word)) return 2;
  return word.length > 2 && layer.summary.toLowerCase().includes(word) ? 1 : 0;
}

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
