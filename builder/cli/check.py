"""`layerloom check DOC`: what Keras says of every node, the totals, and everything that is wrong."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from builder import jobs, settings
from builder.catalog.analysis import Analysis, NodeReport
from builder.catalog.memory import memory
from builder.catalog.rules import problems, refused
from builder.cli.documents import read_document
from builder.cli.output import operations, print_json, problem_lines, say, shape, size, table
from builder.document import Document
from builder.errors import Problem

HEADINGS = ("node", "layer", "copies", "output", "dtype", "parameters", "FLOPs", "activations", "sees")
"""FLOPs and activations are those of one sample; "sees" is the receptive field. Of a layer that stands several times,
figures are those of all copies together; output and receptive field, those of the last. "copies" is left out where
every layer stands once."""
NUMBERS = frozenset({"copies", "parameters", "FLOPs", "activations", "sees"})


def run(arguments: argparse.Namespace) -> int:
    document = read_document(arguments.document)
    analysis = jobs.connect(settings.load(), role="cli").analyse(document)
    found = problems(document, analysis)
    wrong = has_errors(found)
    if arguments.json:
        print_json(_value(document, analysis, found))
    else:
        print(_text(document, analysis))
        for line in problem_lines(found):
            say(line)
        if not found:
            say("No problems.")
    return 2 if wrong else 0


def has_errors(found: tuple[Problem, ...]) -> bool:
    return any(problem.severity == "error" for problem in found)


def _text(document: Document, analysis: Analysis) -> str:
    reports = [analysis.nodes.get(node.id, NodeReport(blocked=True)) for node in document.model.nodes]
    rows = [
        (node.id, node.kind, str(report.copies), *_output(report), f"{report.in_all.parameters:,}", *_cost(report))
        for node, report in zip(document.model.nodes, reports, strict=True)
    ]
    headings = HEADINGS
    if all(report.copies == 1 for report in reports):
        copies = HEADINGS.index("copies")
        headings, *rows = (row[:copies] + row[copies + 1 :] for row in (headings, *rows))
    frozen = analysis.parameters - analysis.trainable
    needed = memory(document, analysis)
    unknown = sum(report.output is None or report.blocked for report in reports if report.copies)
    return "\n".join(
        (
            f"{document.name}",
            "",
            table(headings, rows, right=[at for at, heading in enumerate(headings) if heading in NUMBERS]),
            "",
            f"parameters  {analysis.parameters:,}"
            + (f" ({analysis.trainable:,} trainable, {frozen:,} not)" if frozen else "")
            + (f", without the {unknown} layers that are not known" if unknown > 1 else "")
            + (", without the one layer that is not known" if unknown == 1 else ""),
            f"weights     {size(analysis.weight_bytes)}",
            f"operations  {operations(analysis.flops)} for one sample",
            f"activations {_size(analysis.activation_bytes)} for one sample",
            f"memory      {size(needed.total) if needed else 'unknown'} to train, in batches of "
            f"{document.training.batch_size}",
        )
    )


def _output(report: NodeReport) -> tuple[str, str]:
    if report.final:
        return shape(report.final.shape), report.final.dtype
    return ("error" if report.error else "unknown" if report.copies else "left out"), ""


def _cost(report: NodeReport) -> tuple[str, str, str]:
    seen = " x ".join(map(str, report.receptive)) if report.receptive else "-"
    if report.output is None:
        return "", "", ""
    return operations(report.in_all.flops), _size(report.in_all.activation_bytes), seen


def _size(count: int | None) -> str:
    return "unknown" if count is None else size(count)


def _value(document: Document, analysis: Analysis, found: tuple[Problem, ...]) -> dict[str, Any]:
    needed = memory(document, analysis)
    kinds = {node.id: node.kind for node in document.model.nodes}
    return {
        "name": document.name,
        "nodes": [
            {
                "id": node_id,
                "kind": kinds[node_id],
                **report.model_dump(mode="json", exclude={"varying"}),
                **report.in_all.model_dump(),
            }
            for node_id, report in analysis.nodes.items()
        ],
        "parameters": analysis.parameters,
        "trainable": analysis.trainable,
        "weight_bytes": analysis.weight_bytes,
        "flops": analysis.flops,
        "activation_bytes": analysis.activation_bytes,
        "memory": {**asdict(needed), "total": needed.total} if needed else None,
        "problems": [problem.model_dump(mode="json", exclude_none=True) for problem in found],
        "ok": not has_errors(found),
        "ready": refused(found) is None,
    }
