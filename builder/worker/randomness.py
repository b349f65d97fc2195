"""The same random numbers by XLA as by plain TensorFlow, so that Dropout drops the same units whoever compiles it.

Left alone, XLA draws by another algorithm and turns the same random bits into other numbers. The bits of Philox are
the same in both (seen by test), so what is traced here names that algorithm and makes the numbers itself, as
TensorFlow's kernels do (`random_distributions.h`). TensorFlow has no public setting for it; should its functions move,
tracing fails, and the run goes on without XLA and says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from builder.worker.framework import tf

FRACTION = 0x7FFFFF
"""The bits of a float32 that hold its fraction."""
ONE = 0x3F800000
"""1.0 as the bits of a float32."""
NOT_COVERED = ("stateless_random_uniform_int_v2", "stateless_truncated_normal_v2", "stateless_random_gamma_v3")


@contextmanager
def same_random_numbers() -> Iterator[None]:
    """Have what is traced within draw the random numbers that plain TensorFlow draws."""
    from tensorflow.python.ops import gen_stateless_random_ops_v2 as drawing
    from tensorflow.python.ops import random_ops_util as seeding

    draw_bits = drawing.stateless_random_uniform_full_int_v2
    choose = seeding.get_key_counter_alg

    def bits(shape: Any, key: Any, counter: Any, alg: Any, dtype: Any) -> Any:
        if dtype != tf.float32:
            raise NotImplementedError(f"random numbers of type {tf.as_dtype(dtype).name} differ under XLA")
        return tf.bitcast(draw_bits(shape, key, counter, alg, dtype=tf.int32), tf.uint32)

    def uniform(shape: Any, key: Any, counter: Any, alg: Any, dtype: Any = tf.float32, name: Any = None) -> Any:
        return _floats(bits(shape, key, counter, alg, dtype))

    def normal(shape: Any, key: Any, counter: Any, alg: Any, dtype: Any = tf.float32, name: Any = None) -> Any:
        count = tf.reduce_prod(shape)
        pairs = tf.reshape(bits([(count + 3) // 4 * 4], key, counter, alg, dtype), [-1, 2])
        return tf.reshape(_box_muller(_floats(pairs))[:count], shape)

    automatic = (None, "auto_select", tf.random.Algorithm.AUTO_SELECT, tf.random.Algorithm.AUTO_SELECT.value)
    philox = tf.random.Algorithm.PHILOX
    with ExitStack() as replaced:
        for module, name, new in (
            (seeding, "get_key_counter_alg", lambda seed, alg: choose(seed, philox if alg in automatic else alg)),
            (drawing, "stateless_random_uniform_v2", uniform),
            (drawing, "stateless_random_normal_v2", normal),
            *((drawing, name, _not_covered(name)) for name in NOT_COVERED),
        ):
            replaced.enter_context(patch.object(module, name, new))
        yield


def _floats(bits: Any) -> Any:
    """Numbers from 0 to 1 whose fraction is the lower bits."""
    fraction = tf.bitwise.bitwise_and(bits, tf.constant(FRACTION, tf.uint32))
    return tf.bitcast(tf.bitwise.bitwise_or(fraction, tf.constant(ONE, tf.uint32)), tf.float32) - 1.0


def _box_muller(pairs: Any) -> Any:
    """Normally distributed numbers in a row, from pairs of uniform ones."""
    length = tf.sqrt(-2.0 * tf.math.log(tf.maximum(pairs[:, 0], 1e-7)))
    angle = 2.0 * math.pi * pairs[:, 1]
    return tf.reshape(tf.stack([tf.sin(angle) * length, tf.cos(angle) * length], axis=1), [-1])


def _not_covered(name: str) -> Callable[..., Any]:
    def refuse(*arguments: Any, **options: Any) -> Any:
        raise NotImplementedError(f"the random numbers of {name} differ under XLA")

    return refuse
