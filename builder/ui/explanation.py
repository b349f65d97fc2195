"""What a layer does, for somebody who never used it: a sentence and a small picture, and more of it in a fold."""

from __future__ import annotations

import streamlit as st

from builder.catalog.spec import Layer
from builder.charts.families import HUES
from builder.ui import forms


def explained(layer: Layer) -> None:
    """The head of a layer's form. The fold, once opened, stays open for the layers that follow."""
    with st.container(key="explained", gap="small"):
        head = st.container(key="explained-head", horizontal=True, vertical_alignment="center", gap="small")
        more = forms.folded("What it does", key="explanation")
        with head:
            with st.container(gap=None):
                st.markdown(f":material/{layer.icon}: **{layer.title}**")
                st.caption(layer.summary)
            if not more.open:
                _picture(layer, width=132)
        if more.open:
            with more:
                _picture(layer)
                link = f" [Keras' page]({layer.doc})" if layer.doc else ""
                st.caption(f"{layer.help}{link}")
                if layer.formula:
                    st.latex(layer.formula)


def _picture(layer: Layer, width: int | str = "stretch") -> None:
    """The layer's picture in its family's hue and the page's text colour, whichever theme is on.

    As Markdown's HTML, because `st.html` drops SVG and an image would not see the page's colours.
    """
    if layer.picture is None:
        return
    light, dark = HUES[layer.family]
    st.markdown(
        f'<div class="layer-picture" style="--hue: light-dark({light}, {dark})">{layer.picture.svg}</div>',
        unsafe_allow_html=True,
        width=width,
    )
