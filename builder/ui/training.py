"""The training panel: data set, loss, optimizer, metrics, length and callbacks of the draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from builder.catalog.backends import BACKENDS, backend_of
from builder.catalog.live import EPOCHS
from builder.catalog.preview import samples
from builder.catalog.registry import Registry, callbacks, datasets, losses, metrics, optimizers
from builder.catalog.spec import Dataset, Entry, Param
from builder.catalog.types import Float, Int, OneOf
from builder.document import Choice, thaw
from builder.ui import forms, session, words
from builder.ui.draft import Draft

SEED = Int(low=0, high=2**31 - 1)
SPLIT = (
    Param(
        "validation_split",
        Float(above=0, below=1, step=0.05),
        0.2,
        "Share of the samples that the network does not learn from: they show whether it generalises.",
        label="Held back for validation",
        goes="nowhere",
    ),
    Param(
        "limit",
        Int(low=10, none=True),
        None,
        "Learn from this many samples only: trains sooner, and shows what too little data does. Empty: all.",
        label="Use at most (samples)",
        goes="nowhere",
    ),
    Param("seed", SEED, 7, "The same seed splits alike.", label="Seed of the split", goes="nowhere"),
)
LENGTH = (
    EPOCHS,
    Param("batch_size", Int(low=1, high=65_536), 32, "Samples that a training step learns from.", goes="nowhere"),
)
MORE = (
    Param("seed", SEED, 7, "The same seed starts and shuffles alike.", label="Seed of the training", goes="nowhere"),
    Param(
        "xla",
        OneOf(options=("automatic", "never", "always")),
        "automatic",
        "XLA compiles the training step to one program: small and recurrent networks train several times as fast, "
        "once a second or more has gone into compiling. Automatic times a few steps and takes it where it pays; "
        "each run says what was chosen, and why. It counts on TensorFlow alone.",
        label="Compile with XLA",
        goes="nowhere",
    ),
)


def training(draft: Draft) -> None:
    """Everything that is chosen beside the network itself."""
    _data(draft)
    _learning(draft)
    _length(draft)
    _callbacks(draft)


def _set(draft: Draft, path: str, value: Any) -> None:
    session.attempt(draft.perform, {"op": "set", "path": path, "value": value})


def _data(draft: Draft) -> None:
    data = draft.document.data
    kinds = [dataset.kind for dataset in datasets]
    chosen = data.dataset if data else None

    def pick(kind: str | None) -> None:
        if kind is not None:
            _set(draft, "data.dataset", kind)

    if chosen is not None and chosen not in kinds:
        kinds = [chosen, *kinds]
    st.selectbox(
        "Data set",
        kinds,
        index=kinds.index(chosen) if chosen else None,
        **session.bind(f"data.{draft.id}", chosen, pick),
        format_func=lambda kind: entry.title if (entry := datasets.get(kind)) else kind,
        placeholder="Choose what to learn from",
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
        split = forms.folded("Split and size", key="split")
        if split.open:
            with split:
                _settings(draft, "data", SPLIT, data)


@st.dialog("The data", width="large", icon=":material/image_search:")
def _look(entry: Dataset) -> None:
    """Some samples with their labels, and what there is to know of the whole."""
    st.markdown(f"**{entry.title}**: {entry.summary}")
    with st.spinner("Reading the data"):
        found = samples(entry, 400)
    if found is None:
        st.caption("Keras keeps this data set in a form that only a training process reads.")
    else:
        from builder.charts.preview import dataset_preview  # brings Plotly, which few edits need

        figure = dataset_preview(*found, entry, dark=st.context.theme.type == "dark")
        st.plotly_chart(figure, key="preview", config={"displayModeBar": False})
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
        several = forms.folded(f"Loss of each output ({len(outputs)})", key="outputs")
        if several.open:
            with several:
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

    def pick(picked: str | None) -> None:
        if picked:
            _set(draft, path, {"kind": picked, "params": registry[picked].start_params})

    st.selectbox(
        title,
        options,
        index=options.index(current),
        **session.bind(key, current, pick),
        format_func=lambda kind: kind if (item := registry.get(kind)) is None or fits(item) else f"{kind} (other task)",
        help=entry.summary if entry else None,
    )
    if entry:
        change = _changer(draft, entry, choice, path)
        forms.fields(entry, choice.params, change, key=f"{key}.{entry.kind}")


def _changer(draft: Draft, entry: Entry, choice: Choice, path: str) -> forms.Change:
    """Sets a parameter of a choice; Keras' default is not written down where it is what a new choice has, too."""

    def change(name: str, value: Any) -> None:
        param = entry.param(name)
        params = thaw(choice.params)
        if param and param.start is None and param.is_default(value):
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
    """Several entries of a registry, each with its parameters; the help says what of Keras is not among them."""
    have = {(entry.kind if (entry := registry.get(choice.kind)) else choice.kind): choice for choice in choices}
    options = [item.kind for item in sorted(registry, key=lambda item: not fits(item))]

    def pick(picked: list[str]) -> None:
        new = {kind: {"kind": kind, "params": registry[kind].start_params} for kind in picked if kind not in have}
        _set(draft, path, [new[kind] if kind in new else have[kind].model_dump(mode="json") for kind in picked])

    st.multiselect(
        title,
        [*(kind for kind in have if kind not in options), *options],
        default=list(have),
        **session.bind(f"{path}.{draft.id}", list(have), pick),
        format_func=lambda kind: item.title if (item := registry.get(kind)) else kind,
        placeholder=placeholder,
        help=_absent(registry),
    )
    for index, (kind, choice) in enumerate(have.items()):
        entry = registry.get(kind)
        if entry and entry.params:
            place = f"{path}.{index}"
            more = forms.folded(
                f"{entry.title} settings" + (f" ({len(choice.params)} set)" if choice.params else ""),
                key=f"{place}.{draft.id}.{kind}",
            )
            if more.open:
                with more:
                    change = _changer(draft, entry, choice, place)
                    for param in entry.params:
                        forms.field(
                            param, param.value(choice.params), change, key=f"{place}.{draft.id}.{kind}.{param.name}"
                        )


def _absent(registry: Registry[Any]) -> str | None:
    lines = [f"- {kind}: {reason}" for kind, reason in registry.absent.items()]
    return "\n".join(("Not offered:", *lines)) if lines else None


def _output(draft: Draft, node_id: str) -> None:
    """The loss of one of several outputs; "as above" where it has none of its own."""
    output = draft.document.training.outputs.get(node_id)
    current = losses[output.loss.kind].kind if output and output.loss and output.loss.kind in losses else None
    kinds = [loss.kind for loss in losses]

    def pick(picked: str | None) -> None:
        wanted = {"kind": picked, "params": {}} if picked else None
        made = {**(output.model_dump(mode="json") if output else {}), "loss": wanted}
        _set(draft, f"training.outputs.{node_id}", made)

    st.selectbox(
        node_id,
        kinds,
        index=kinds.index(current) if current else None,
        **session.bind(f"output.{draft.id}.{node_id}", current, pick),
        placeholder="the loss above",
    )


def _length(draft: Draft) -> None:
    for column, param in zip(st.columns(2), LENGTH, strict=True):
        with column:
            _settings(draft, "training", (param,), draft.document.training)


def _callbacks(draft: Draft) -> None:
    settings = draft.document.training
    _several(draft, "Callbacks", callbacks, settings.callbacks, "training.callbacks", placeholder="None")
    more = forms.folded("More", key="more")
    if more.open:
        with more:
            _settings(draft, "training", MORE, settings)
            _backend(draft)


def _backend(draft: Draft) -> None:
    """What the run computes with; one that is not installed can be chosen, and says how to install it."""
    chosen = backend_of(draft.document)
    about = [
        f"- **{backend.title}**: {backend.summary}" + ("" if backend.installed else f" {backend.install}")
        for backend in BACKENDS.values()
    ]
    st.selectbox(
        "Backend",
        list(BACKENDS),
        index=list(BACKENDS).index(chosen.kind),
        **session.bind(f"training.backend.{draft.id}", chosen.kind, lambda kind: _set(draft, "training.backend", kind)),
        format_func=lambda kind: BACKENDS[kind].title + ("" if BACKENDS[kind].installed else " (not installed)"),
        help="What Keras computes with. Results differ by rounding and random numbers.\n" + "\n".join(about),
    )
    if not chosen.installed:
        st.caption(f":red[{chosen.title} is not installed.] {chosen.install}")


def _settings(draft: Draft, part: str, params: tuple[Param, ...], values: Any) -> None:
    """Fields of a part of the document."""

    def change(name: str, value: Any) -> None:
        draft.perform({"op": "set", "path": f"{part}.{name}", "value": value})

    for param in params:
        forms.field(param, getattr(values, param.name), change, key=f"{part}.{param.name}.{draft.id}")
