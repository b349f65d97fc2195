/** The colours of the page's theme, for what is drawn on a canvas and cannot use CSS variables itself. */

export interface Theme {
  text: string;
  muted: string;
  line: string;
  surface: string;
  training: string;
  trainingLight: string;
  trainingFaint: string;
  validation: string;
  right: Rgb;
  wrong: Rgb;
  paper: Rgb;
  ink: Rgb;
  /** Colours of classes, as many as the theme has. */
  classes: readonly Rgb[];
  font: string;
  dark: boolean;
}

export type Rgb = readonly [number, number, number];

/** Blue and vermilion: told apart with every common kind of colour blindness. */
const TRAINING = { light: "#3457d5", dark: "#8fa5ff" };
const VALIDATION = { light: "#d55e00", dark: "#ff9d4d" };

export function readTheme(element: Element): Theme {
  const style = getComputedStyle(element);
  const read = (name: string, otherwise: string) => style.getPropertyValue(name).trim() || otherwise;
  const surface = read("--st-background-color", "#ffffff");
  const paper = rgb(surface);
  const dark = luminance(paper) < 0.4;
  const scheme = dark ? "dark" : "light";
  const text = read("--st-text-color", dark ? "#e6e9ef" : "#1d2433");
  const palette = read("--st-chart-categorical-colors", "").split(/,(?![^(]*\))/).map((color) => color.trim());
  const training = palette[0] || TRAINING[scheme];
  return {
    text,
    surface,
    dark,
    muted: mixed(rgb(text), paper, 0.62),
    line: mixed(rgb(text), paper, 0.12),
    training,
    trainingLight: mixed(rgb(training), paper, 0.55),
    trainingFaint: mixed(rgb(training), paper, 0.25),
    validation: palette[1] || VALIDATION[scheme],
    right: rgb(training),
    wrong: rgb(palette[1] || VALIDATION[scheme]),
    paper,
    ink: rgb(text),
    classes: (palette[0] ? palette : [TRAINING[scheme], VALIDATION[scheme]]).map(rgb),
    font: read("--st-font", "sans-serif"),
  };
}

let probe: CanvasRenderingContext2D | null = null;

/** Any CSS colour as red, green, blue. */
export function rgb(color: string): Rgb {
  probe ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true })!;
  probe.clearRect(0, 0, 1, 1);
  probe.fillStyle = color;
  probe.fillRect(0, 0, 1, 1);
  const [r = 0, g = 0, b = 0] = probe.getImageData(0, 0, 1, 1).data;
  return [r, g, b];
}

export function mix(over: Rgb, under: Rgb, share: number): Rgb {
  const part = (i: 0 | 1 | 2) => Math.round(over[i] * share + under[i] * (1 - share));
  return [part(0), part(1), part(2)];
}

export function css([r, g, b]: Rgb): string {
  return `rgb(${r} ${g} ${b})`;
}

function mixed(over: Rgb, under: Rgb, share: number): string {
  return css(mix(over, under, share));
}

/** Relative luminance, 0 black to 1 white (WCAG 2.2). */
export function luminance(color: Rgb): number {
  const part = (value: number) => {
    const share = value / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(color[0]) + 0.7152 * part(color[1]) + 0.0722 * part(color[2]);
}
