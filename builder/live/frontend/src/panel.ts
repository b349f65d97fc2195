/** A panel is one way of looking at a run. Every module in `panels/` is one; a new file there is a new panel. */

import type { Plan } from "./drawing";
import type { Tell } from "./events";
import type { Scene } from "./scene";
import type { Rgb, Theme } from "./theme";
import type { Timeline } from "./timeline";
import type { Viewport } from "./viewport";

/**
 * Where a panel stands: under the head, in the column of charts, in the one beside it, or below both. Where there is
 * room for one column only, the panels of both follow each other in their order.
 */
export type Place = "top" | "charts" | "side" | "below";

/** What panels share. */
export interface Stage {
  /** The address of the app. */
  readonly base: URL;
  readonly run: string;
  readonly timeline: Timeline;
  readonly viewport: Viewport;
  theme(): Theme;
  /** The colour of a layer's family, as CSS. */
  hue(layer: string): string;
  /** The same in the present theme, for what is drawn on a canvas: known before any style sheet has come. */
  color(layer: string): Rgb;
  /** The network, to be drawn. */
  readonly plan: Plan;
  /** Tell the run something, as the buttons of the head do. */
  readonly tell: Tell;
  /** Have everything drawn before the next frame. */
  changed(): void;
}

export interface Panel {
  readonly element: HTMLElement;
  /** Draw what is known; false where there is nothing to show, and the panel is hidden. */
  draw(scene: Scene): boolean;
  /** Another step is under the pointer of a chart. */
  point?(step: number | null): void;
  /** The theme has changed. */
  repaint?(): void;
  destroy?(): void;
}

export interface PanelSpec {
  place: Place;
  order: number;
  make(stage: Stage): Panel;
}

const found = import.meta.glob<PanelSpec>("./panels/*.ts", { eager: true, import: "default" });

export const panels: readonly PanelSpec[] = Object.values(found).sort((a, b) => a.order - b.order);
