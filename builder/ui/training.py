"""The training panel: data set, loss, optimizer, metrics, length and callbacks of the draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from builder.catalog.preview import samples
from builder.catalog.registry import Registry, callbacks, datasets, losses, metrics, optimizers
from builder.catalog.spec import Dataset, Entry
from builder.charts import dataset_preview
from builder.document import Choice, thaw
from builder.ui import forms, session, words
from builder.ui.draft import Draft


def training(draft: Draft) -> None:
    """Everything that is chosen beside the network itself."""
    _data(draft)
    _learning(draft)
    _length(draft)
    _callbacks(draft)


def _set(draft: Draft, path: str, value: Any) -> None:
    session.attempt(draft.perform, {"op": "set", "path": path, "value": value})


def _on_change(draft: Draft, key: str, path: str, before: Any, read: Callable[[Any], Any] = lambda raw: raw) -> Any:
    """A widget callback that sets a path of the document when the value really differs."""

    def changed() -> None:
        after = read(session.value(key))
        if after is not None and after != before:
            _set(draft, path, after)

    return changed


def _data(draft: Draft) -> None:
    data = draft.document.data
    kinds = [dataset.kind for dataset in datasets]
    chosen = data.dataset if data else None
    key = f"data.{draft.id}"

    if chosen is not None and chosen not in kinds:
        kinds = [chosen, *kinds]
    st.selectbox(
        "Data set",
        kinds,
        key=session.bind(key, chosen),
        format_func=lambda kind: entry.title if (entry := datasets.get(kind)) else kind,
        placeholder="Choose what to learn from",
        on_change=_on_change(draft, key, "data.dataset", chosen),
    )
    entry = datasets.get(chosen) if chosen else None
    if entry and data:
        st.caption(_facts(entry))
        if entry.to_download:
            st.caption(
                f":material/cloud_download: Not on this computer yet: Train downloads {entry.to_download:g} MB first."
            )
        elif st.button("Look at the data", icon=":material/image_search:", key="look", type="tertiary"):
            _look(entry)
        with st.expander("Split and size"):
            key = f"split.{draft.id}"
            st.slider(
                "Held back for validation",
                0.05,
                0.5,
                step=0.05,
                format="percent",
                key=session.bind(key, float(data.validation_split)),
                help="Share of the samples that the network does not learn from; they show whether it generalises.",
                on_change=_on_change(draft, key, "data.validation_split", data.validation_split),
            )
            key = f"limit.{draft.id}"

            def limit() -> None:
                if (wanted := session.value(key)) != data.limit:
                    _set(draft, "data.limit", wanted)

            st.number_input(
                "Use at most",
                min_value=10,
                value=None,
                step=100,
                key=session.bind(key, data.limit),
                placeholder="all samples",
                help="A smaller sample trains sooner, and shows what too little data does.",
                on_change=limit,
            )
            _whole(
                draft,
                "Seed of the split",
                "data.seed",
                data.seed,
                0,
                2**31 - 1,
                "The same seed splits alike.",
            )


@st.dialog("The data", width="large", icon=":material/image_search:")
def _look(entry: Dataset) -> None:
    """Some samples with their labels, and what there is to know of the whole."""
    st.markdown(f"**{entry.title}**: {entry.summary}")
    with st.spinner("Reading the data"):
        found = samples(entry, 400)
    if found is None:
        st.caption("Keras keeps this data set in a form that only a training process reads.")
    else:
        st.plotly_chart(dataset_preview(*found, entry, dark=st.context.theme.type == "dark"), key="preview")
    facts = {
        "Samples": words.count(entry.samples) + (f", and {words.count(entry.test)} to test" if entry.test else ""),
        "One sample": f"{' × '.join(map(str, entry.shape))} {entry.dtype}, from {entry.low:g} to {entry.high:g}",
        "Classes": ", ".join(entry.classes),
        "Columns": ", ".join(entry.features),
        "Licence": entry.licence,
    }
    st.table({name: value for name, value in facts.items() if value}, border="horizontal")
    if entry.doc:
        st.caption(f"[More about it]({entry.doc})")


def _facts(entry: Dataset) -> str:
    dims = " × ".join(str(dim) for dim in entry.shape) or "1"
    kind = f"{len(entry.classes)} classes" if entry.classes else "a number to predict"
    return f"{entry.summary} {words.count(entry.samples)} samples of {dims}, {kind}."


def _learning(draft: Draft) -> None:
    document = draft.document
    entry = datasets.get(document.data.dataset) if document.data else None
    task = entry.task if entry else "any"
    _pick(draft, "Loss", losses, document.training.loss, "training.loss", fits=lambda loss: _fits(loss, task))
    outputs = [node.id for node in document.model.outputs()]
    if len(outputs) > 1:
        with st.expander(f"Loss of each output ({len(outputs)})"):
            for node_id in outputs:
                _output(draft, node_id)
    _pick(draft, "Optimizer", optimizers, document.training.optimizer, "training.optimizer")
    _several(
        draft,
        "Metrics",
        metrics,
        document.training.metrics,
        "training.metrics",
        fits=lambda metric: _fits(metric, task),
        placeholder="Choose what to measure",
    )


def _fits(entry: Any, task: str) -> bool:
    wanted = {task, "any"} | ({"classification"} if task == "binary" else set())
    return task == "any" or not wanted.isdisjoint(entry.tasks)


def _pick(
    draft: Draft,
    title: str,
    registry: Registry[Any],
    choice: Choice,
    path: str,
    fits: Callable[[Any], bool] = lambda entry: True,
) -> None:
    """One entry of a registry, the fitting ones first, with its parameters behind an expander."""
    entry = registry.get(choice.kind)
    options = [item.kind for item in sorted(registry, key=lambda item: not fits(item))]
    current = entry.kind if entry else choice.kind
    if current not in options:
        options = [current, *options]
    key = f"{path}.{draft.id}"

    def pick() -> None:
        picked = session.value(key)
        if picked and picked != current:
            _set(draft, path, {"kind": picked, "params": registry[picked].start_params})

    st.selectbox(
        title,
        options,
        key=session.bind(key, current),
        format_func=lambda kind: kind if (item := registry.get(kind)) is None or fits(item) else f"{kind} (other task)",
        help=entry.summary if entry else None,
        on_change=pick,
    )
    if entry:
        change = _changer(draft, entry, choice, path)
        forms.fields(entry, choice.params, change, key=f"{key}.{entry.kind}")


def _changer(draft: Draft, entry: Entry, choice: Choice, path: str) -> forms.Change:
    """Sets a parameter of a choice; Keras' default is not written down."""

    def change(name: str, value: Any) -> None:
        param = entry.param(name)
        params = thaw(choice.params)
        if param and not param.required and value == thaw(param.default):
            params.pop(name, None)
        else:
            params[name] = value
        draft.perform({"op": "set", "path": path, "value": {"kind": choice.kind, "params": params}})

    return change


def _several(
    draft: Draft,
    title: str,
    registry: Registry[Any],
    choices: tuple[Choice, ...],
    path: str,
    placeholder: str,
    fits: Callable[[Any], bool] = lambda entry: True,
) -> None:
    """Several entries of a registry, each with its parameters."""
    have = {(entry.kind if (entry := registry.get(choice.kind)) else choice.kind): choice for choice in choices}
    options = [item.kind for item in sorted(registry, key=lambda item: not fits(item))]
    key = f"{path}.{draft.id}"

    def pick() -> None:
        picked = list(session.value(key))
        if picked != list(have):
            made = [
                have[kind].model_dump(mode="json")
                if kind in have
                else {"kind": kind, "params": registry[kind].start_params}
                for kind in picked
            ]
            _set(draft, path, made)

    st.multiselect(
        title,
        [*(kind for kind in have if kind not in options), *options],
        key=session.bind(key, list(have)),
        format_func=lambda kind: item.title if (item := registry.get(kind)) else kind,
        placeholder=placeholder,
        on_change=pick,
    )
    for index, (kind, choice) in enumerate(have.items()):
        entry = registry.get(kind)
        if entry and entry.params:
            place = f"{path}.{index}"
            with st.expander(f"{entry.title} settings" + (f" ({len(choice.params)} set)" if choice.params else "")):
                for param in entry.params:
                    change = _changer(draft, entry, choice, place)
                    forms.field(
                        param, param.value(choice.params), change, key=f"{place}.{draft.id}.{kind}.{param.name}"
                    )


def _output(draft: Draft, node_id: str) -> None:
    """The loss of one of several outputs; "as above" where it has none of its own."""
    output = draft.document.training.outputs.get(node_id)
    current = losses[output.loss.kind].kind if output and output.loss and output.loss.kind in losses else None
    key = f"output.{draft.id}.{node_id}"

    def pick() -> None:
        picked = session.value(key)
        if picked != current:
            wanted = {"kind": picked, "params": {}} if picked else None
            made = {**(output.model_dump(mode="json") if output else {}), "loss": wanted}
            _set(draft, f"training.outputs.{node_id}", made)

    st.selectbox(
        node_id,
        [loss.kind for loss in losses],
        index=None,
        key=session.bind(key, current),
        placeholder="the loss above",
        on_change=pick,
    )


def _length(draft: Draft) -> None:
    settings = draft.document.training
    left, right = st.columns(2)
    with left:
        _whole(draft, "Epochs", "training.epochs", settings.epochs, 1, 100_000, "Passes over the training data.")
    with right:
        _whole(
            draft,
            "Batch size",
            "training.batch_size",
            settings.batch_size,
            1,
            65_536,
            "Samples a training step.",
        )


def _callbacks(draft: Draft) -> None:
    settings = draft.document.training
    _several(draft, "Callbacks", callbacks, settings.callbacks, "training.callbacks", placeholder="None")
    with st.expander("Repeatability"):
        _whole(
            draft,
            "Seed of the training",
            "training.seed",
            settings.seed,
            0,
            2**31 - 1,
            "Same seed, same start.",
        )


def _whole(draft: Draft, title: str, path: str, value: int, low: int, high: int, hint: str) -> None:
    key = f"{path}.{draft.id}"
    st.number_input(
        title,
        low,
        high,
        step=1,
        key=session.bind(key, value),
        help=hint,
        on_change=_on_change(draft, key, path, value, lambda raw: None if raw is None else int(raw)),
    )
