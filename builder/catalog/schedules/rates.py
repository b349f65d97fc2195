"""The learning rate at a step, as each of Keras' schedules has it; the conformance test holds them against Keras.

`Params` are all parameters in force. `spans` is the number of steps until a schedule has done once what it does.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

Params = Mapping[str, Any]


def cosine(params: Params, step: int) -> float:
    start, target = params["initial_learning_rate"], params["warmup_target"]
    if target is not None:
        if step < params["warmup_steps"]:
            return start + (target - start) * step / params["warmup_steps"]
        start, step = target, step - params["warmup_steps"]
    done = min(step, params["decay_steps"]) / params["decay_steps"]
    return start * _half_wave(done, params["alpha"])


def restarts(params: Params, step: int) -> float:
    done, longer, lower = step / params["first_decay_steps"], params["t_mul"], params["m_mul"]
    if longer == 1:
        round_number = math.floor(done)
        done -= round_number
    else:
        round_number = math.floor(math.log(1 - done * (1 - longer)) / math.log(longer))
        done = (done - (1 - longer**round_number) / (1 - longer)) / longer**round_number
    return params["initial_learning_rate"] * _half_wave(done, params["alpha"], lower**round_number)


def _half_wave(done: float, floor: float, height: float = 1.0) -> float:
    return (1 - floor) * 0.5 * height * (1 + math.cos(math.pi * done)) + floor


def exponential(params: Params, step: int) -> float:
    return params["initial_learning_rate"] * params["decay_rate"] ** _times(params, step)


def inverse_time(params: Params, step: int) -> float:
    return params["initial_learning_rate"] / (1 + params["decay_rate"] * _times(params, step))


def _times(params: Params, step: int) -> float:
    done = step / params["decay_steps"]
    return math.floor(done) if params["staircase"] else done


def polynomial(params: Params, step: int) -> float:
    length, end = params["decay_steps"], params["end_learning_rate"]
    if params["cycle"]:
        length *= max(math.ceil(step / length), 1)
    done = min(step, length) / length
    return (params["initial_learning_rate"] - end) * (1 - done) ** params["power"] + end


def piecewise(params: Params, step: int) -> float:
    for boundary, value in zip(params["boundaries"], params["values"], strict=False):
        if step <= boundary:
            return value
    return params["values"][-1]
