/** Numbers as people read them, each with its unit. */

const WHOLE = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const THREE = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

/** 20 ms, 1.4 s, 12 s, 3 min 20 s, 1 h 5 min, 2 d 3 h. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return two(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(whole / 60);
  if (minutes < 24 * 60) return two(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const hours = Math.round(minutes / 60);
  return two(Math.floor(hours / 24), "d", hours % 24, "h");
}

function two(large: number, unit: string, small: number, subunit: string): string {
  return small ? `${large} ${unit} ${small} ${subunit}` : `${large} ${unit}`;
}

/** A time that is passing: whole seconds, so that it does not twitch. */
export function elapsed(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return whole < 10 ? `${whole} s` : duration(whole);
}

/** An estimate, no more exact than it deserves: 12 s, 3 min, 1 h 10 min. */
export function timeLeft(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return "–";
  if (seconds < 1) return "under 1 s";
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  if (seconds < 600) return `${Math.round(seconds / 60)} min`;
  return duration(Math.round(seconds / 300) * 300);
}

export function rate(perSecond: number): string {
  return `${perSecond >= 1000 ? WHOLE.format(Number(perSecond.toPrecision(3))) : THREE.format(perSecond)} samples/s`;
}

/** "4.2 of 11.5 MB": both in the unit of the total. */
export function bytes(done: number, total: number | null): string {
  const units = ["bytes", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, total ?? done)) / 3));
  const text = (count: number) => (count / 1000 ** power).toFixed(power ? 1 : 0);
  return total === null ? `${text(done)} ${units[power]}` : `${text(done)} of ${text(total)} ${units[power]}`;
}

/** About four significant digits: 0.0931, 0.00125, 12.34, 1,235, 1.2e-7. */
export function number(value: number | null | undefined): string {
  if (value === undefined) return "–";
  if (value === null || !Number.isFinite(value)) return "not finite";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e7)) return trim(value.toExponential(2));
  if (size >= 1000) return WHOLE.format(value);
  if (size >= 1) return value.toPrecision(4);
  return size >= 0.01 || size === 0 ? value.toFixed(4) : value.toPrecision(3);
}

function trim(exponential: string): string {
  return exponential.replace(/\.?0+e/, "e").replace("e+", "e");
}

/** As people write it: 0.001, 2.5e-5. */
export function learningRate(value: number): string {
  return value !== 0 && Math.abs(value) < 1e-4 ? trim(value.toExponential(2)) : String(Number(value.toPrecision(3)));
}

export function count(value: number): string {
  return WHOLE.format(value);
}

const SHARES = /(^|_)(accuracy|precision|recall|f1_score|fbeta_score)(_\d+)?$/;

/** Whether a metric is a share between 0 and 1, shown in per cent. */
export function isShare(metric: string): boolean {
  return SHARES.test(metric);
}

export function metric(name: string, value: number | null | undefined): string {
  if (!isShare(name) || value === undefined || value === null || !Number.isFinite(value)) return number(value);
  return percent(value);
}

/** 97.3 %; a hundred per cent only where it is exactly that. */
export function percent(share: number): string {
  const text = (share * 100).toFixed(1);
  return `${text === "100.0" && share < 1 ? "99.9" : text === "100.0" ? "100" : text} %`;
}

const ABBREVIATIONS = /\b(auc|mae|mape|mse|msle|rmse|iou|f1)\b/g;

/** A title within a sentence: "Accuracy" -> "accuracy", but "R² score" and "MAE" stay. */
export function inSentence(title: string): string {
  return /^[A-Z]([A-Z]|²)/.test(title) ? title : title.charAt(0).toLowerCase() + title.slice(1);
}

/** "sparse_top_k" -> "Sparse top k". */
export function title(metric: string): string {
  const words = metric
    .replaceAll("_", " ")
    .trim()
    .replace(ABBREVIATIONS, (word) => word.toUpperCase())
    .replace(/\br2\b/, "R²");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
