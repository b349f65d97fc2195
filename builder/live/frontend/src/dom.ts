/** Making elements, and changing only what differs, so that nothing flickers and a selection of text survives. */

type Attributes = Record<string, string | number | boolean | undefined>;

export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children);
  return element;
}

export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

export function show(element: HTMLElement, shown: boolean): void {
  if (element.hidden === shown) element.hidden = !shown;
}

const SVG = "http://www.w3.org/2000/svg";

/** A 16 by 16 icon of one path in the colour of the text around it. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("icon");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", path);
  svg.append(shape);
  return svg;
}

/** A button that stays in reach of the keyboard while it is refused, so that its reason can be found (see `refuse`). */
export function button(text: string, words: string, act: () => void, kind?: string): HTMLButtonElement {
  const element = h("button", { type: "button", class: kind, title: words, "data-words": words }, h("span", {}, text));
  element.addEventListener("click", act);
  return element;
}

/** Mark a button as refused, with the reason as its tooltip; null offers it again. */
export function refuse(element: HTMLButtonElement, reason: string | null): void {
  const words = reason ?? element.dataset["words"] ?? "";
  if (element.title !== words) element.title = words;
  const refused = String(reason !== null);
  if (element.getAttribute("aria-disabled") !== refused) element.setAttribute("aria-disabled", refused);
}
