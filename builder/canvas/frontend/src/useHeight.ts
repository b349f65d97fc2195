/** The height of the canvas: so many pixels, or what is left of the window below its upper edge. */

import { useLayoutEffect, useState, type RefObject } from "react";

const LEAST = 420;
const BELOW = 20;

export function useHeight(wanted: number | "stretch", element: RefObject<HTMLElement | null>): number {
  const [left, setLeft] = useState(LEAST);
  useLayoutEffect(() => {
    const root = element.current;
    if (wanted !== "stretch" || root === null) return undefined;
    const measure = (): void => {
      if (!root.isConnected) return;
      const top = root.getBoundingClientRect().top + (scrollerOf(root)?.scrollTop ?? window.scrollY);
      setLeft(Math.max(LEAST, Math.round(window.innerHeight - top - BELOW)));
    };
    measure();
    // What stands above the canvas may grow, and the canvas may come to another place; its own growth changes nothing
    // that is measured, and so ends the exchange.
    const observer = new ResizeObserver(measure);
    observer.observe(root);
    observer.observe(scrollerOf(root)?.firstElementChild ?? document.body);
    window.addEventListener("resize", measure);
    return () => {
      observer.disconnect();
      window.removeEventListener("resize", measure);
    };
  }, [wanted, element]);
  return wanted === "stretch" ? left : wanted;
}

function scrollerOf(element: HTMLElement): HTMLElement | null {
  for (let parent = outward(element); parent; parent = outward(parent)) {
    if (/(auto|scroll)/.test(getComputedStyle(parent).overflowY)) return parent;
  }
  return null;
}

function outward(element: HTMLElement): HTMLElement | null {
  if (element.parentElement) return element.parentElement;
  const root = element.getRootNode();
  return root instanceof ShadowRoot ? (root.host as HTMLElement) : null;
}
