"""Questions that are answered before training: the document itself shows what is wrong."""

from __future__ import annotations

from typing import Any

from questions.question import (
    BCE,
    CE,
    CLASSES,
    FLAT,
    HIDDEN,
    NORM,
    SCALE,
    Net,
    Question,
    dense,
    digits,
    points,
    slope,
    table,
)

LOGITS = {"kind": CE, "params": {"from_logits": True}}
YES_LOGITS = {"kind": BCE, "params": {"from_logits": True}}
ROWS = ("Reshape", {"target_shape": [8, 8]})
WORDS = ("Reshape", {"target_shape": [64]})
MEAN = ("GlobalAveragePooling1D",)


def embedding(rows: int = 17, **params: Any) -> tuple[Any, ...]:
    return ("Embedding", {"input_dim": rows, "output_dim": 4, **params})


def rate(kind: str, value: Any) -> dict[str, Any]:
    return {"optimizer": {"kind": kind, "params": {"learning_rate": value}}}


def schedule(kind: str, **params: Any) -> dict[str, Any]:
    return rate("Adam", {"kind": kind, "params": params})


def stopping(**params: Any) -> dict[str, Any]:
    return {"metrics": ["accuracy"], "callbacks": [{"kind": "EarlyStopping", "params": params}]}


LOSSES = (
    Question(
        "My labels are the numbers 0 to 9 and categorical_crossentropy stops with shapes that do not fit.",
        digits(HIDDEN, CLASSES, loss="categorical_crossentropy"),
        digits(HIDDEN, CLASSES),
        before="labels",
    ),
    Question(
        "With one output and softmax every answer is 1, and accuracy stays at one half.",
        points(dense(8, "relu"), dense(1, "softmax")),
        points(dense(8, "relu"), dense(1, "sigmoid")),
        before="softmax-of-one",
    ),
    Question(
        "binary_crossentropy on ten classes says 90 % at once, and the predictions are bad.",
        digits(HIDDEN, dense(10, "sigmoid"), loss=BCE),
        digits(HIDDEN, CLASSES),
        before="loss-task",
    ),
    Question(
        "I train a classifier with the mean squared error and it gets nowhere.",
        digits(HIDDEN, dense(1), loss="mse"),
        digits(HIDDEN, CLASSES),
        before="loss-task",
    ),
    Question(
        "I have three classes and one output unit; the loss is NaN.",
        Net((HIDDEN, dense(1, "sigmoid")), data="iris"),
        Net((HIDDEN, dense(3, "softmax")), data="iris"),
        before="units",
    ),
    Question(
        "My last layer pools over the image and gives 32 numbers for ten classes.",
        Net((SCALE, ("Conv2D", {"filters": 32, "kernel_size": 3, "activation": "relu"}), ("GlobalAveragePooling2D",))),
        Net(
            (
                SCALE,
                ("Conv2D", {"filters": 32, "kernel_size": 3, "activation": "relu"}),
                ("GlobalAveragePooling2D",),
                CLASSES,
            )
        ),
        before="units",
    ),
    Question(
        "I have softmax at the end and from_logits on; it learns slowly and stops early.",
        digits(HIDDEN, CLASSES, loss=LOGITS),
        digits(HIDDEN, dense(10), loss=LOGITS),
        before="logits",
    ),
    Question(
        "There is no softmax in my network, and the loss jumps between NaN and large numbers.",
        digits(HIDDEN, dense(10)),
        digits(HIDDEN, CLASSES),
        before="activation",
    ),
    Question(
        "I end a classifier in relu and the loss stays where it is.",
        digits(HIDDEN, dense(10, "relu")),
        digits(HIDDEN, CLASSES),
        before="activation",
    ),
    Question(
        "Hinge loss with a sigmoid never comes below 0.5.",
        points(dense(8, "relu"), dense(1, "sigmoid"), loss="hinge"),
        points(dense(8, "relu"), dense(1, "tanh"), loss="hinge"),
        before="activation",
    ),
    Question(
        "With from_logits on and relu at the end my network never says no.",
        points(dense(8, "relu"), dense(1, "relu"), loss=YES_LOGITS),
        points(dense(8, "relu"), dense(1), loss=YES_LOGITS),
        before="cut-scores",
    ),
    Question(
        "The Dense layer before my Softmax has relu; half of the classes are never predicted.",
        digits(HIDDEN, dense(10, "relu"), ("Softmax",)),
        digits(HIDDEN, dense(10), ("Softmax",)),
        before="cut-scores",
    ),
    Question(
        "My last layer gives an image of numbers where one class is wanted.",
        Net((SCALE, HIDDEN, CLASSES)),
        digits(HIDDEN, CLASSES),
        before="output-rank",
    ),
    Question(
        "The loss is far higher than I expect; I forgot to delete a second last layer.",
        Net(
            (SCALE, ("flat", "Flatten", {}), ("a", "Dense", CLASSES[1]), ("b", "Dense", CLASSES[1])),
            edges=(("n0", "n1"), ("n1", "flat"), ("flat", "a"), ("flat", "b")),
        ),
        digits(CLASSES),
        before="several-outputs",
    ),
)

VALUES = (
    Question(
        "Pixels from 0 to 255 go straight into my network, and it does not get better than guessing.",
        Net((FLAT, HIDDEN, CLASSES), data="mnist"),
        Net((("Rescaling", {"scale": 1 / 255}), FLAT, HIDDEN, CLASSES), data="mnist"),
        before="scaling",
    ),
    Question(
        "One column of my table goes to 1,680 and the others to 1; the loss is huge.",
        Net((HIDDEN, dense(3, "softmax")), data="wine"),
        Net((NORM, HIDDEN, dense(3, "softmax")), data="wine"),
        before="scaling",
    ),
    Question(
        "I divided by 255 before, and then there is a Rescaling layer too; training crawls.",
        Net((("Rescaling", {"scale": 1 / 255}), ("Rescaling", {"scale": 1 / 255}), FLAT, CLASSES), data="mnist"),
        Net((("Rescaling", {"scale": 1 / 255}), FLAT, CLASSES), data="mnist"),
        before="scaled-twice",
    ),
    Question(
        "My regression never predicts anything below zero.",
        slope(dense(16, "relu"), dense(1, "relu")),
        slope(dense(16, "relu"), dense(1)),
        before="reach",
    ),
    Question(
        "I predict values up to 346 and the output stays below 1.",
        table(HIDDEN, dense(1, "sigmoid")),
        table(HIDDEN, dense(1)),
        before="reach",
    ),
    Question(
        "With tanh at the end all predictions are the same number.",
        table(HIDDEN, dense(1, "tanh")),
        table(HIDDEN, dense(1, "softplus")),
        before="reach",
    ),
    Question(
        "Poisson loss with targets below zero is NaN from the first step.",
        slope(dense(16, "relu"), dense(1, "exponential"), loss="poisson"),
        table(dense(16, "relu"), dense(1, "exponential"), loss="poisson"),
        before="labels-range",
    ),
    Question(
        "Poisson loss is NaN though my targets are counts.",
        table(dense(16, "relu"), dense(1), loss="poisson"),
        table(dense(16, "relu"), dense(1, "softplus"), loss="poisson"),
        before="output-range",
    ),
    Question(
        "The squared logarithmic error does not move, and my targets are around zero.",
        slope(dense(16, "relu"), dense(1), loss="msle"),
        table(dense(16, "relu"), dense(1, "softplus"), loss="msle"),
        before="labels-range",
    ),
    Question(
        "My percentage error is in the millions.",
        slope(dense(16, "relu"), dense(1), loss="mape"),
        table(dense(16, "relu"), dense(1), loss="mape"),
        before="labels-zero",
    ),
    Question(
        "Cosine similarity as a loss for one number is -1 or 1 and never changes.",
        table(HIDDEN, dense(1), loss="cosine_similarity"),
        table(HIDDEN, dense(1), loss="mae"),
        before="direction",
    ),
    Question(
        "My Embedding fails in the middle of training with an index that is not in 0 to 9.",
        Net((WORDS, embedding(10), MEAN, CLASSES)),
        Net((WORDS, embedding(17), MEAN, CLASSES)),
        before="lookup-range",
    ),
    Question(
        "I scaled my words to 0 to 1 before the Embedding, and all sentences look alike to the network.",
        Net((SCALE, WORDS, embedding(17), MEAN, CLASSES)),
        Net((WORDS, embedding(17), MEAN, CLASSES)),
        before="fractions",
    ),
    Question(
        "mask_zero seems to have no effect, and Keras says something about a mask that is destroyed.",
        Net((WORDS, embedding(17, mask_zero=True), FLAT, CLASSES)),
        Net((WORDS, embedding(17, mask_zero=True), MEAN, CLASSES)),
        before="keras-warning",
    ),
    Question(
        "Since I added RandomBrightness to my images from 0 to 1, they are all white.",
        Net((SCALE, ("RandomBrightness", {"factor": 0.2}), FLAT, CLASSES)),
        Net((SCALE, ("RandomBrightness", {"factor": 0.2, "value_range": [0, 1]}), FLAT, CLASSES)),
        before="value-range",
    ),
)

NETWORKS = (
    Question(
        "There is a Softmax layer behind Dense with softmax; the loss hardly moves.",
        digits(HIDDEN, CLASSES, ("Softmax",)),
        digits(HIDDEN, dense(10), ("Softmax",)),
        before="softmax-twice",
    ),
    Question(
        "I use softmax in every layer, and it is worse than without hidden layers.",
        digits(dense(32, "softmax"), CLASSES),
        digits(dense(32, "tanh"), CLASSES),
        before="softmax-hidden",
    ),
    Question(
        "My deep network is no better than a straight line.",
        points(dense(16), dense(16), dense(1, "sigmoid")),
        points(dense(16, "relu"), dense(16, "relu"), dense(1, "sigmoid")),
        before="linear-stack",
    ),
    Question(
        "Dropout behind the softmax makes the training loss enormous.",
        digits(HIDDEN, CLASSES, ("Dropout", {"rate": 0.5})),
        digits(HIDDEN, ("Dropout", {"rate": 0.5}), CLASSES),
        before="disturbed-output",
    ),
    Question(
        "I set all weights to zero and the network learns nothing.",
        digits(dense(32, "relu", kernel_initializer="zeros"), CLASSES),
        digits(dense(32, "relu", kernel_initializer="he_normal"), CLASSES),
        before="initializer",
    ),
    Question(
        "All my weights start from one, and all units stay the same.",
        digits(dense(32, "tanh", kernel_initializer="ones"), dense(10, "softmax", kernel_initializer="ones")),
        digits(dense(32, "tanh"), CLASSES),
        before="initializer",
    ),
    Question(
        "With BatchNormalization and batches of one the training loss stays at ln 10.",
        digits(HIDDEN, NORM, CLASSES, training={"batch_size": 1}),
        digits(HIDDEN, ("LayerNormalization",), CLASSES, training={"batch_size": 1}),
        before="batch-of-one",
    ),
    Question(
        "BatchNormalization is my last layer, and the predictions have the wrong size.",
        table(HIDDEN, dense(1), NORM),
        table(HIDDEN, NORM, dense(1)),
        before="normalized-output",
    ),
    Question(
        "I froze the layers, and now nothing changes.",
        digits(("h", "Dense", HIDDEN[1], {"frozen": True}), ("out", "Dense", CLASSES[1], {"frozen": True})),
        digits(("h", "Dense", HIDDEN[1], {"frozen": True}), CLASSES),
        before="all-frozen",
    ),
    Question(
        "My second LSTM says that it expected three axes and found two.",
        Net((SCALE, ROWS, ("LSTM", {"units": 8}), ("LSTM", {"units": 8}), CLASSES)),
        Net((SCALE, ROWS, ("LSTM", {"units": 8, "return_sequences": True}), ("LSTM", {"units": 8}), CLASSES)),
        before="keras",
    ),
)

SETTINGS = (
    Question(
        "The loss is NaN or jumps about from the first epoch.",
        digits(HIDDEN, CLASSES, training=rate("SGD", 50.0)),
        digits(HIDDEN, CLASSES, training=rate("SGD", 0.1)),
        before="learning-rate",
    ),
    Question(
        "The weights do not change at all.",
        digits(HIDDEN, CLASSES, training=rate("Adam", 1e-10)),
        digits(HIDDEN, CLASSES, training=rate("Adam", 1e-4)),
        before="learning-rate",
    ),
    Question(
        "An example with Adadelta gets 99 % in a book and 12 % here.",
        digits(HIDDEN, CLASSES, training={"optimizer": "Adadelta"}),
        digits(HIDDEN, CLASSES, training=rate("Adadelta", 1.0)),
        before="learning-rate",
    ),
    Question(
        "I set decay_steps to my number of epochs, and after a moment nothing is learned any more.",
        digits(HIDDEN, CLASSES, training=schedule("CosineDecay", initial_learning_rate=0.01, decay_steps=10)),
        digits(HIDDEN, CLASSES, training=schedule("CosineDecay", initial_learning_rate=0.01, decay_steps=450)),
        before="schedule-short",
    ),
    Question(
        "My learning rate does not fall.",
        digits(
            HIDDEN,
            CLASSES,
            training=schedule("ExponentialDecay", initial_learning_rate=0.01, decay_steps=100_000, decay_rate=0.96),
        ),
        digits(
            HIDDEN,
            CLASSES,
            training=schedule("ExponentialDecay", initial_learning_rate=0.01, decay_steps=100, decay_rate=0.9),
        ),
        before="schedule-long",
    ),
    Question(
        "With a warm-up of 5,000 steps my short run learns nothing.",
        digits(
            HIDDEN,
            CLASSES,
            training=schedule(
                "CosineDecay", initial_learning_rate=1e-6, warmup_target=0.01, warmup_steps=5000, decay_steps=400
            ),
        ),
        digits(
            HIDDEN,
            CLASSES,
            training=schedule(
                "CosineDecay", initial_learning_rate=1e-6, warmup_target=0.01, warmup_steps=50, decay_steps=400
            ),
        ),
        before="schedule-long",
    ),
    Question(
        "EarlyStopping says that val_acc is not available and never stops.",
        digits(HIDDEN, CLASSES, training=stopping(monitor="val_acc")),
        digits(HIDDEN, CLASSES, training=stopping(monitor="val_accuracy", mode="max")),
        before="monitor",
    ),
    Question(
        "EarlyStopping ends my run while the accuracy still rises.",
        digits(HIDDEN, CLASSES, training=stopping(monitor="val_accuracy", mode="min")),
        digits(HIDDEN, CLASSES, training=stopping(monitor="val_accuracy", mode="max")),
        before="monitor-direction",
    ),
    Question(
        "validation_split=0.999 was a slip, and now accuracy is at one tenth.",
        digits(HIDDEN, CLASSES, data={"dataset": "digits", "validation_split": 0.999}),
        digits(HIDDEN, CLASSES, data={"dataset": "digits", "validation_split": 0.1}),
        before="few-samples",
    ),
    Question(
        "Every epoch is over at once and the loss hardly falls: my batch is larger than my data.",
        Net((HIDDEN, dense(3, "softmax")), data="iris", training={"batch_size": 512}),
        Net((HIDDEN, dense(3, "softmax")), data="iris", training={"batch_size": 16}),
        before="batch-size",
    ),
    Question(
        "The accuracy of my regression is 0.",
        table(HIDDEN, dense(1), training={"metrics": ["accuracy"]}),
        table(HIDDEN, dense(1), training={"metrics": ["mae"]}),
        before="metric-task",
    ),
    Question(
        "With from_logits on, accuracy and loss disagree.",
        points(dense(8, "relu"), dense(1), loss=YES_LOGITS, training={"metrics": ["BinaryAccuracy"]}),
        points(
            dense(8, "relu"),
            dense(1),
            loss=YES_LOGITS,
            training={"metrics": [{"kind": "BinaryAccuracy", "params": {"threshold": 0.0}}]},
        ),
        before="metric-logits",
    ),
    Question(
        "The F1 score of my yes-or-no network never changes.",
        points(dense(8, "relu"), dense(1, "sigmoid"), training={"metrics": ["F1Score"]}),
        points(
            dense(8, "relu"),
            dense(1, "sigmoid"),
            training={"metrics": [{"kind": "F1Score", "params": {"threshold": 0.5}}]},
        ),
        before="metric-threshold",
    ),
    Question(
        "The top-5 accuracy is 1.0 from the start.",
        Net((HIDDEN, dense(3, "softmax")), data="iris", training={"metrics": ["SparseTopKCategoricalAccuracy"]}),
        digits(HIDDEN, CLASSES, training={"metrics": ["SparseTopKCategoricalAccuracy"]}),
        before="metric-k",
    ),
)

CALLBACKS = (
    Question(
        "ReduceLROnPlateau ends with an error beside my schedule.",
        digits(
            HIDDEN,
            CLASSES,
            training={
                **schedule("CosineDecay", initial_learning_rate=0.01, decay_steps=450),
                "callbacks": ["ReduceLROnPlateau"],
            },
        ),
        digits(HIDDEN, CLASSES, training={**rate("Adam", 0.01), "callbacks": ["ReduceLROnPlateau"]}),
        before="schedule-callback",
    ),
    Question(
        "SwapEMAWeights ends with an error about my optimizer.",
        digits(HIDDEN, CLASSES, training={"callbacks": ["SwapEMAWeights"]}),
        digits(
            HIDDEN,
            CLASSES,
            training={"optimizer": {"kind": "Adam", "params": {"use_ema": True}}, "callbacks": ["SwapEMAWeights"]},
        ),
        before="averaging",
    ),
    Question(
        "Huber loss with a tiny delta learns as good as nothing.",
        table(HIDDEN, dense(1), loss={"kind": "Huber", "params": {"delta": 1e-6}}),
        table(HIDDEN, dense(1), loss="huber"),
        before="delta",
    ),
)

BEFORE = (*LOSSES, *VALUES, *NETWORKS, *SETTINGS, *CALLBACKS)
