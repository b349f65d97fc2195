"""What Keras and its backends say, without what is for those who write programs: for texts that they really write."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from builder.worker.wording import CUT, LONGEST, sentences, shortened

INTERNAL = re.compile(
    r"\x1b|Traceback|File \"|encountered when calling|Arguments received|\{\{|\[\[|\[Op:|Node:|root error|"
    r"Graph execution|Detected at|in user code|<class|<function|KerasTensor|<tf\.|Tensor\(|object at 0x|https?://|"
    r"keras_tensor|JAX-internal|ShapedArray|torch\.|tensor\(|frame #|Triggered internally|config=\{|\n|-{8}"
)


def said(text: str) -> str:
    return shortened(list(sentences(text)))


IN_LOSS = (
    "Dimensions must be equal, but are 4 and 3 for '{{node compile_loss/mse/sub}} = Sub[T=DT_FLOAT]"
    "(compile_loss/mse/Cast, functional_219_1/dense_219_1/Softmax)' with input shapes: [4], [4,3]."
)
TWO_ROOTS = """Graph execution error:

Detected at node embedding/GatherV2 defined at (most recent call last):
  File "<stdin>", line 1, in <module>

  File "/site-packages/keras/src/layers/core/embedding.py", line 151, in call

2 root error(s) found.
  (0) INVALID_ARGUMENT:  indices[0,0] = 99 is not in [0, 10)
\t [[{{node embedding/GatherV2}}]]
\t [[gradient_tape/Shape/_12]]
  (1) INVALID_ARGUMENT:  indices[0,0] = 99 is not in [0, 10)
\t [[{{node embedding/GatherV2}}]]
0 successful operations.
0 derived errors ignored. [Op:__inference_one_step_on_data_836]"""
NESTED = (
    "Exception encountered when calling Functional.call().\n\n\x1b[1mException encountered when calling Dense.call()."
    "\n\n\x1b[1mThe kernel does not fit.\x1b[0m\n\nArguments received by Dense.call():\n  • inputs=jnp.ndarray("
    "shape=(4, 3))\x1b[0m\n\nArguments received by Functional.call():\n  • inputs=<KerasTensor shape=(None, 3), "
    "dtype=float32>"
)
USER_CODE = """in user code:

    File "/somewhere/trainer.py", line 129, in one_step_on_data  **
        outputs = self.distribute_strategy.run(
    File "/somewhere/losses.py", line 50, in __call__
        losses = self.call(y_true, y_pred)

    ValueError: Shapes (None, 3) and (None, 4) are incompatible
"""
JAX_STACK = (
    "dot_general requires contracting dimensions to have the same shape, got (7,) and (6,).\n--------------------\n"
    "For simplicity, JAX has removed its internal frames from the traceback of the following exception. "
    "Set JAX_TRACEBACK_FILTERING=off to include these."
)
JAX_TRACED = (
    "Attempted boolean conversion of traced array with shape bool[].\n"
    "The error occurred while tracing the function step at /somewhere/jax.py:31 for jit.\n"
    "See https://docs.jax.dev/en/latest/errors.html#jax.errors.TracerBoolConversionError"
)
TORCH = (
    "Expected all tensors to be on the same device (Triggered internally at /pytorch/aten/src/ATen/Device.cpp:12.)\n"
    "Exception raised from copy_ at /pytorch/aten/src/ATen/native/Copy.cpp:30 (most recent call first):\n"
    "frame #0: c10::Error::Error(c10::SourceLocation, std::string) + 0x98 (0x7f21 in /lib/libc10.so)\n"
)
CONFIG = (
    "<class 'keras.src.layers.core.dense.Dense'> could not be deserialized properly. Please look at its config.\n\n"
    "config={'module': 'keras.layers', 'class_name': 'Dense', 'config': {'name': 'a.b'}}.\n\nException encountered: x"
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (IN_LOSS, "Dimensions must be equal, but are 4 and 3 with input shapes: [4], [4,3]."),
        (TWO_ROOTS, "indices[0,0] = 99 is not in [0, 10)"),
        (NESTED, "The kernel does not fit."),
        (USER_CODE, "Shapes (None, 3) and (None, 4) are incompatible"),
        (JAX_STACK, "dot_general requires contracting dimensions to have the same shape, got (7,) and (6,)."),
        (JAX_TRACED, "Attempted boolean conversion of traced array with shape bool[]."),
        (TORCH, "Expected all tensors to be on the same device"),
        (CONFIG, "Dense could not be deserialized properly. Please look at its config."),
        ("Bad cell. Received: cell=<Dense name=fat, built=False>", 'Bad cell. Received: cell="fat" (Dense)'),
        ("It must be one. Received: a=b (of type <class 'str'>)", "It must be one. Received: a=b (of type str)"),
        ("Not <function relu at 0x7f2b1c> here", "Not relu here"),
        ("Input <tf.Tensor 'x:0' shape=(4, 6) dtype=float32> is odd", "Input a tensor of shape (4, 6) is odd"),
        ("target.shape=torch.Size([4, 3]), output.shape=torch.Size([4])", "target.shape=(4, 3), output.shape=(4)"),
        ("Input tensor([[1., 2.],\n [3., 4.]], device='cpu') is odd", "Input a tensor is odd"),
        ("Input JitTracer(float32[4,6,6]) is odd", "Input a tensor of shape [4,6,6] is odd"),
        ("It is wrong. It is wrong. It is wrong. Mend it.", "It is wrong. Mend it."),
        ("It is wrong. See https://keras.io/api for more. Mend it.", "It is wrong. Mend it."),
        ("1 < 2 and {a: 1} [3] 'x' (y) http is plain", "1 < 2 and {a: 1} [3] 'x' (y) http is plain"),
    ],
    ids=range(18),
)
def test_what_is_said_stays_and_the_rest_goes(text: str, words: str) -> None:
    assert said(text).startswith(words)
    assert not INTERNAL.search(said(text))


def test_whole_sentences_are_kept_as_far_as_they_fit() -> None:
    text = " ".join(f"Sentence number {number} says something of its own." for number in range(40))
    assert said(text).endswith("of its own.")
    assert LONGEST - 60 < len(said(text)) <= LONGEST
    assert len(said("a " * 2000)) == CUT


def _fit(loss: str, units: int, labels: Any) -> None:
    import numpy

    from builder.worker.framework import keras

    image = keras.Input((6,))
    model = keras.Model(image, keras.layers.Dense(units, activation="softmax")(image))
    model.compile("sgd", loss)
    model.fit(numpy.zeros((4, 6)), labels, verbose=0)


def _make(make: Callable[[Any], Any]) -> None:
    from builder.worker.framework import keras

    make(keras)


def _wrong() -> list[Callable[[], None]]:
    import numpy

    class Odd:
        pass

    return [
        lambda: _fit("sparse_categorical_crossentropy", 3, numpy.full((4,), 9)),
        lambda: _fit("categorical_crossentropy", 3, numpy.zeros((4,))),
        lambda: _fit("cosine_similarity", 3, numpy.zeros((4, 2))),
        lambda: _fit("mse", 3, numpy.array(["a"] * 4)),
        lambda: _fit("ctc", 3, numpy.zeros((4,))),
        lambda: _make(lambda keras: keras.layers.Dense(3)(keras.Input(()))),
        lambda: _make(lambda keras: keras.layers.Conv2D(3, 9)(keras.Input((4, 4, 1)))),
        lambda: _make(lambda keras: keras.layers.Add()([keras.Input((3,)), keras.Input((4, 5))])),
        lambda: _make(lambda keras: keras.layers.Bidirectional(keras.layers.Dense(3))),
        lambda: _make(lambda keras: keras.layers.RNN(keras.layers.Dense(3))),
        lambda: _make(lambda keras: keras.layers.Dense(3)(Odd())),
        lambda: _make(lambda keras: keras.layers.Dense(3, activation=Odd())),
        lambda: _make(lambda keras: keras.layers.Dense(3, name="a/b")),
        lambda: _make(lambda keras: keras.Model(keras.Input((3,)), keras.Input((3,)))),
        lambda: _make(lambda keras: keras.layers.Lambda(lambda x: x.nothing)(keras.Input((3,)))),
        lambda: _make(lambda keras: keras.layers.Reshape((7,))(numpy.zeros((2, 6)))),
        lambda: _make(lambda keras: keras.layers.Concatenate()([numpy.zeros((2, 6)), numpy.zeros((2, 3, 6))])),
    ]


@pytest.mark.keras
@pytest.mark.filterwarnings("ignore")
def test_keras_own_errors_are_short_and_without_internals() -> None:
    from builder.worker.messages import plain

    told = set()
    for wrong in _wrong():
        with pytest.raises(Exception) as caught:  # noqa: PT011  # Whatever Keras raises.
            wrong()
        words = plain(caught.value)
        assert not INTERNAL.search(words), words
        assert len(words) <= LONGEST
        assert words.endswith((".", "!", "?"))
        assert len(words) > 15
        parts = words.split(". ")
        assert len(set(parts)) == len(parts)
        told.add(words)
    assert len(told) == len(_wrong())
