"""Keras' callbacks that are not offered, and what stands in their place."""

from __future__ import annotations

from collections.abc import Mapping

NOT_OFFERED: Mapping[str, str] = {
    "BackupAndRestore": "A run writes checkpoints and goes on from them by itself.",
    "CSVLogger": "It writes a file elsewhere; a run keeps every figure of every epoch in its events.",
    "Callback": "It is the base of the others.",
    "CallbackList": "It is how Keras calls the others.",
    "History": "A run keeps every figure of every epoch in its events.",
    "LambdaCallback": "It takes functions, and a document holds values only.",
    "LearningRateScheduler": "It takes a function; choose a schedule as the learning rate instead.",
    "ModelCheckpoint": "A run keeps its best epoch by itself; EarlyStopping says by which figure.",
    "OrbaxCheckpoint": "A run writes checkpoints and keeps its best epoch by itself.",
    "ProgbarLogger": "It draws on a terminal; a run tells its progress by itself.",
    "RemoteMonitor": "It calls another computer, and a run has no network.",
    "TensorBoard": "It writes files for another program; the Train page draws curves and histograms by itself.",
}
"""By Keras' name, each with the reason in one sentence."""
