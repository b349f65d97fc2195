"""The choice of the way in which steps are computed, on made-up times."""

from __future__ import annotations

import pytest
from worker_documents import dense, image, stack

from builder.catalog.compilation import LARGE, SMALL, Gain, gain
from builder.events import Execution, Way
from builder.worker.policy import FIRST_LOOK, TRIAL, Policy

CONVOLUTION = Gain("step", 0.3, "Convolutions.")


def policy(found: Gain, steps: int = 0, wanted: str = "automatic") -> tuple[Policy, list[Execution]]:
    told: list[Execution] = []
    return Policy(found, steps=steps, wanted=wanted, tell=told.append), told


def plain_steps(made: Policy, step: float, first: float = 0.2) -> None:
    """Take the steps before the first look."""
    made.begin()
    made.took(1, first, first=True)
    ahead = made.ahead()
    assert ahead == FIRST_LOOK - 1
    made.took(ahead, ahead * step)


def test_a_long_run_of_a_small_network_goes_over_to_xla_and_says_what_that_gave() -> None:
    made, told = policy(SMALL, steps=1_000_000)
    plain_steps(made, 0.001)
    assert made.way is Way.XLA_LOOP
    made.took(1, 1.5, first=True)
    made.took(2000, TRIAL)
    assert [(item.step, item.way) for item in told] == [(0, Way.CHUNK), (16, Way.XLA_LOOP), (2017, Way.XLA_LOOP)]
    assert told[1].reason.endswith("16.7 min of plain steps are left, and compiling takes about 800 ms.")
    assert told[2].reason == "Measured: 150 us a step by XLA, 1 ms without; compiling took 1.5 s."
    assert made.ahead() is None


def test_a_short_run_stays_as_it_is_and_is_looked_at_again() -> None:
    made, told = policy(SMALL, steps=1000)
    plain_steps(made, 0.0002)
    assert made.way is Way.CHUNK
    assert [item.step for item in told] == [0, 16]
    assert told[1].reason.startswith("The run is too short for XLA: 197 ms of plain steps are left")
    assert made.ahead() == 64 - 16
    made.took(48, 48 * 0.1)
    assert made.way is Way.XLA_LOOP, "the first steps told too little"


def test_xla_that_is_slower_is_left_again_for_good() -> None:
    made, told = policy(SMALL, steps=1_000_000)
    plain_steps(made, 0.001)
    made.took(1, 1.5, first=True)
    made.took(100, TRIAL)
    assert made.way is Way.CHUNK
    assert told[-1].reason == "Measured: 3 ms a step by XLA, 1 ms without; compiling took 1.5 s."
    made.took(100_000, 100)
    assert made.ahead() is None
    assert made.way is Way.CHUNK


@pytest.mark.parametrize(
    ("found", "wanted", "way", "reason"),
    [
        (CONVOLUTION, "automatic", Way.CHUNK, "Convolutions."),
        (LARGE, "automatic", Way.CHUNK, LARGE.reason),
        (SMALL, "never", Way.CHUNK, "The training settings forbid XLA."),
        (SMALL, "always", Way.XLA_LOOP, "The training settings ask for XLA."),
        (CONVOLUTION, "always", Way.XLA_STEP, "The training settings ask for XLA."),
    ],
)
def test_what_is_settled_from_the_start(found: Gain, wanted: str, way: Way, reason: str) -> None:
    made, told = policy(found, steps=1_000_000, wanted=wanted)
    made.begin()
    assert told == [Execution(step=0, way=way, reason=reason)]
    made.took(1, 1, first=True)
    made.took(100_000, 100_000)
    assert (made.way, made.ahead(), len(told)) == (way, None, 1)


def test_a_way_that_fails_is_left_with_the_reason() -> None:
    made, told = policy(SMALL, wanted="always")
    made.begin()
    made.failed(Way.CHUNK, ValueError("no\n  such op"))
    assert made.way is Way.CHUNK
    assert told[-1].reason == "XLA cannot compile this network: no such op"
    made.failed(Way.SINGLE, ValueError())
    assert told[-1].reason == "TensorFlow cannot make a loop of the steps: ValueError"


def test_a_run_that_goes_on_goes_the_same_ways_from_the_same_steps_on() -> None:
    past = [
        Execution(step=step, way=way, reason="")
        for step, way in [(0, Way.CHUNK), (16, Way.CHUNK), (64, Way.XLA_LOOP), (500, Way.CHUNK)]
    ]
    made, told = policy(SMALL, steps=1_000_000)
    made.begin(20, past)
    assert (made.way, made.ahead()) == (Way.CHUNK, 44)
    made.took(44, 44, first=True)
    assert (made.way, made.ahead()) == (Way.XLA_LOOP, 436)
    made.took(430, 1, first=True)
    made.passed(2)
    made.took(4, 1)
    assert (made.way, made.ahead(), told) == (Way.CHUNK, None, [])
    later, told = policy(SMALL, steps=1_000_000)
    later.begin(70, past[:3])
    assert (later.way, later.ahead(), told) == (Way.XLA_LOOP, None, [])


def test_a_run_that_was_interrupted_before_the_choice_still_makes_it() -> None:
    made, told = policy(SMALL, steps=1_000_000)
    made.begin(20, [Execution(step=0, way=Way.CHUNK, reason=""), Execution(step=16, way=Way.CHUNK, reason="")])
    assert made.ahead() == 44
    made.took(1, 0.2, first=True)
    made.took(43, 1)
    assert made.way is Way.XLA_LOOP
    assert [item.step for item in told] == [64]


def test_what_xla_gives_is_told_by_the_families_of_the_layers() -> None:
    assert gain(stack(image(8, 8, 1), ("Conv2D", {"filters": 4, "kernel_size": 3}), dense(3)), 100).times < 1
    assert gain(stack(image(8, 3), ("LSTM", {"units": 4}), dense(3)), 100).scope == "loop"
    wrapped = ("Bidirectional", {"layer": {"kind": "GRU", "params": {"units": 4}}})
    assert gain(stack(image(8, 3), wrapped, dense(3)), 100).reason.startswith("Recurrent")
    inside = ("TimeDistributed", {"layer": {"kind": "Conv2D", "params": {"filters": 4, "kernel_size": 3}}})
    assert not gain(stack(image(2, 8, 8, 1), inside, "Flatten", dense(3)), 100).worthwhile
    assert gain(stack(image(4), dense(3)), 100) == SMALL
    assert gain(stack(image(4), dense(3), batch_size=4096), 100_000) == LARGE


def test_validation_goes_by_xla_where_the_steps_do_and_that_pays() -> None:
    policy = Policy(LARGE)
    assert not policy.validates_by_xla(100.0)
    policy.way = Way.XLA_LOOP
    assert [policy.validates_by_xla(seconds) for seconds in (0.1, 10.0)] == [False, True]
    asked = Policy(LARGE, wanted="always")
    asked.begin()
    assert asked.validates_by_xla(0.0)
