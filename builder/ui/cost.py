"""What training the draft will cost, in the bar next to Train; and the refusal of what can never fit into memory."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from builder.catalog.memory import Memory, memory
from builder.catalog.reading import dataset_of, split_sizes
from builder.document import Document
from builder.jobs import capacity
from builder.jobs.admission import lacking_memory
from builder.ui import session, words
from builder.ui.draft import Checked, Draft


def within_memory(document: Document, checked: Checked) -> Checked:
    """The findings, and one more where training would need more memory than a run may use here."""
    problem = lacking_memory(document, checked.analysis, session.largest_run())
    return replace(checked, problems=(*checked.problems, problem)) if problem else checked


def cost(draft: Draft, checked: Checked) -> None:
    """Parameters, operations and memory in one line, with what they are made of on a closer look."""
    if checked.trouble:
        st.markdown(":orange[:material/hourglass_empty: not analysed]")
        return
    analysis = checked.analysis
    layers = words.counted(len(draft.document.model.nodes), "layer")
    if any(report.error or report.blocked for report in analysis.nodes.values()):
        st.markdown(f"{layers} · :red[parameters not known yet]")
        return
    needed, free = memory(draft.document, analysis), capacity.free_memory()
    parts = [f"**{words.count(analysis.parameters)}** parameters"]
    if analysis.flops is not None:
        parts.append(f"**{words.operations(analysis.flops)}**")
    if needed:
        amount, largest = f":material/memory: **{words.size(needed.total)}**", session.largest_run()
        if largest is not None and needed.total > largest:
            amount = f":red[{amount}]"
        elif free is not None and needed.least > free:
            amount = f":orange[{amount}]"
        parts.append(amount)
    st.markdown(" · ".join(parts), help=_breakdown(draft, checked, needed, free))
    if not checked.errors and draft.document.data:
        with st.container(width="content", key="pace"):
            _pace(draft.document)


def _pace(document: Document) -> None:
    """How long an epoch takes on this machine: measured on demand, never guessed."""
    probes = session.probes()
    if probes.running(document):
        st.fragment(_wait, run_every=1.0)(document)
        return
    found = probes.found(document)
    if found is None:
        st.button(
            "Measure",
            icon=":material/timer:",
            type="tertiary",
            help="Take a few real training steps now, on made-up samples, and tell how long an epoch lasts here",
            key="measure",
            on_click=probes.start,
            args=(document,),
        )
    elif found.problem:
        st.markdown(":orange[:material/timer_off: not measured]", help=words.plain(found.problem.sentence()))
    else:
        st.markdown(
            f":material/timer: **{words.duration(_tidy(found.epoch(*_steps(document))))}** an epoch",
            help=f"Measured on this machine: {1000 * found.step:.3g} ms a training step of "
            f"{document.training.batch_size} samples, {_steps(document)[0]:,} steps an epoch, and the validation. "
            f"Getting ready takes {words.duration(_tidy(found.compile))} once.",
        )


def _wait(document: Document) -> None:
    """Look once a second whether the measurement has ended; the page is not waiting meanwhile."""
    if not session.probes().running(document):
        st.rerun()
    st.markdown(":gray[:material/timer: measuring …]", help="Takes a few real training steps.")


def _steps(document: Document) -> tuple[int, int]:
    """Training and validation steps of an epoch."""
    data, dataset, batch = document.data, dataset_of(document), document.training.batch_size
    if data is None or dataset is None:
        return 0, 0
    training, held = split_sizes(dataset.samples, data.validation_split, data.limit)
    return -(-training // batch), -(-held // batch)


def _tidy(seconds: float) -> float:
    """Two digits: what is measured in passing is not better known."""
    return float(f"{seconds:.2g}")


def _breakdown(draft: Draft, checked: Checked, needed: Memory | None, free: int | None) -> str:
    analysis, batch = checked.analysis, draft.document.training.batch_size
    frozen = analysis.parameters - analysis.trainable
    lines = [
        f"{words.counted(len(draft.document.model.nodes), 'layer')}, {words.count(analysis.trainable)} parameters that "
        f"learn" + (f" and {words.count(frozen)} that do not" if frozen else ""),
        f"{words.operations(analysis.flops)} for one sample, forwards; training takes about three times that",
    ]
    if needed is None:
        lines.append("Memory: not known, because an input takes any length")
        return "  \n".join(lines)
    lines += [
        f"Training needs about {words.size(needed.total)} of memory"
        + ("" if free is None else f"; {words.size(free)} are free{_wait_for(needed, free)}:"),
        f"- {words.size(needed.framework)} Python and TensorFlow",
        f"- {words.size(needed.weights)} weights, optimizer and their copies in checkpoints",
        f"- {words.size(needed.gradients)} gradients",
        f"- {words.size(needed.activations)} activations of {batch} samples",
        f"- {words.size(needed.data)} data",
        *([f"- {words.size(needed.program)} the compiled step of all layers that learn"] if needed.program else []),
    ]
    return "  \n".join(lines[:3]) + "\n" + "\n".join(lines[3:])


def _wait_for(needed: Memory, free: int) -> str:
    return ", so the run waits until there is more" if needed.least > free else ""
