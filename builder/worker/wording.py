"""What Keras and its backends say of an error, without what is for those who write programs.

Their words and their meaning stay; colours, stacks, lists of arguments, Python's names for objects, addresses of pages
and sentences that come twice go.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST = 300
"""Characters up to which further sentences are kept behind the first."""
CUT = 600
"""Characters after which even the first sentence is cut."""

SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z`])")

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
_ARGUMENTS = re.compile(r"\n\s*(?:Call a|A)rguments received by .*", re.S)
_SECOND_ROOT = re.compile(r"\n\s*\(1\) .*", re.S)
_FRAME = re.compile(r'^[ \t]*File ".*\n?(?:^[ \t]+\S.*\n?)*', re.M)
"""A place in a program with the lines of it that follow."""
_STACK = re.compile(
    r"^(?:Exception raised from|frame #\d+:|Stack trace|Call stack|C\+\+ CapturedTraceback).*", re.S | re.M
)
_ASIDE = re.compile(
    r"^(?:Exception encountered when calling .*|Graph execution error:|Detected at node.*|in user code:|"
    r"Traceback \(most recent call last\):|\d+ root error\(s\) found\.?|The stack trace below excludes.*|"
    r"The preceding (?:is|stack).*|For simplicity, JAX has removed.*|-{8,})[ \t]*$",
    re.M,
)
"""Lines that only lead to what is said."""

_MARKS = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"^\s*(?:\(0\) )?(?:[A-Z]+_[A-Z_]+: )?", ""),
        (r"\s*(?:for|of) '\{\{node [^}]*\}\} = [^']*'(?= with| \(op|\W|$)", ""),
        (r"\{\{(?:function_)?node [^}]*\}\}\s*", ""),
        (r"\s*\[\[[^\]]*\]\]", ""),
        (r"\s*\[Op:[^\]]*\](?: name:[^\n]*)?", ""),
        (r"\bNode: '[^']*'\s*", ""),
        (r"\s*\((?:op: '[^']*'|Triggered internally at [^)]*)\)", ""),
        (r"^(?:[\w.]+\.)?[A-Z]\w*(?:Error|Exception): ", ""),
        (r"<KerasTensor shape=(\([^)]*\))[^>]*>", r"a tensor of shape \1"),
        (r"<tf\.(?:Tensor|Variable)[^>]* shape=(\([^)]*\))[^>]*>", r"a tensor of shape \1"),
        (r"Tensor\(\"[^\"]*\", shape=(\([^)]*\))[^)]*\)", r"a tensor of shape \1"),
        (r"torch\.Size\(\[([\d, ]*)\]\)", r"(\1)"),
        (r"\b(?:tensor|array)\(\[[^()]*\)", "a tensor"),
        (r"JitTracer[(<]\w+(\[[\d,]*\])[)>]", r"a tensor of shape \1"),
        (r"<(?:Keras)?Variable path=([^,>]*), shape=(\([^)]*\))[^>]*>", r'the weights "\1" of shape \2'),
        (r"Traced<[^>]*(?:ShapedArray\()?\w+(\[[\d,]*\])[^>]*>(?:with<[^>]*>)?", r"a tensor of shape \1"),
        (r"<(\w+) name=([^,>]*)(?:, [^>]*)?>", r'"\2" (\1)'),
        (r"<class '(?:[\w<>]+\.)*(\w+)'>", r"\1"),
        (r"<(?:bound method|function|built-in function) ([\w.]+)[^>]*>", r"\1"),
        (r"<(?:[\w<>]+\.)*(\w+) object at 0x[0-9a-f]+>", r"a \1"),
        (r" at 0x[0-9a-f]+", ""),
        (r" with name 'keras_tensor\w*'", ""),
        (r" and path '[^']*'", ""),
        (r"\s*\bconfig=\{'.*", ""),
    )
)
"""How programs write things, and how people do; in this order."""


def sentences(text: str) -> Iterator[str]:
    """What is said, each sentence once; those that only lead to a page of the internet are left out."""
    for mark in (_COLOUR, _ARGUMENTS, _SECOND_ROOT, _STACK, _FRAME, _ASIDE):
        text = mark.sub("", text)
    text = re.sub(r"\s+", " ", text).strip()
    for mark, words in _MARKS:
        text = mark.sub(words, text)
    said: set[str] = set()
    for sentence in SENTENCE_END.split(text.strip()):
        if sentence and sentence not in said and not re.search(r"https?://", sentence):
            said.add(sentence)
            yield sentence


def shortened(said: list[str], longest: int = LONGEST) -> str:
    """As many whole sentences from the start as fit; a first one that is much longer is cut."""
    kept = ""
    for sentence in said:
        if kept and len(kept) + len(sentence) >= longest:
            break
        kept = f"{kept} {sentence}".strip()
    return kept if len(kept) <= CUT else f"{kept[: CUT - 3]}..."
