"""An SVG of ours on the page, in its colours (`st.html` takes SVG out, `st.image` cuts it off from the theme)."""

from __future__ import annotations

import streamlit as st

_SCRIPT = """
export default function ({ data, parentElement }) {
  const place = parentElement.querySelector(".picture");
  // Dialogs stand outside the part of the page that says whether it is dark: their background says it.
  const probe = document.createElement("canvas").getContext("2d");
  probe.fillStyle = getComputedStyle(place).getPropertyValue("--st-background-color");
  probe.fillRect(0, 0, 1, 1);
  const [red, green, blue] = probe.getImageData(0, 0, 1, 1).data;
  place.style.colorScheme = red + green + blue < 384 ? "dark" : "light";
  if (place.shown === data.svg) return;
  place.shown = data.svg;
  place.innerHTML = data.svg;
  place.style.height = data.height ?? "";
  place.classList.toggle("scrolling", Boolean(data.height));
  if (data.height) {
    place.tabIndex = 0;
    place.role = "region";
    place.ariaLabel = "Drawing of the network; arrow keys scroll it";
  }
  const pointed = place.querySelector(".pointed");
  if (pointed) {
    const box = pointed.getBoundingClientRect();
    const around = place.getBoundingClientRect();
    place.scrollTop += box.top + box.height / 2 - around.top - around.height / 2;
    place.scrollLeft += box.left + box.width / 2 - around.left - around.width / 2;
  }
}
"""
_STYLE = """
.picture { color: var(--st-text-color); font-family: var(--st-font); }
.picture.scrolling {
  display: grid; place-items: start safe center; box-sizing: border-box; overflow: auto;
  border: 1px solid var(--st-border-color); border-radius: 8px;
  background: light-dark(color-mix(in srgb, var(--st-secondary-background-color) 65%, var(--st-background-color)),
    var(--st-background-color));
}
.picture:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: 1px; }
"""
_picture = st.components.v2.component(
    "layerloom_picture", html='<div class="picture"></div>', css=_STYLE, js=_SCRIPT, isolate_styles=True
)


def picture(svg: str, *, key: str, height: str | None = None) -> None:
    """Draw an SVG as wide as its place; with a `height` (CSS), in its own size with scroll bars where needed."""
    _picture(key=key, data={"svg": svg, "height": height})
