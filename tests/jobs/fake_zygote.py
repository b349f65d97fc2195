"""The real zygote with the fake worker in place of TensorFlow. With `--threads`, something starts a thread in it."""

import sys
import threading

import fake_worker

from builder.worker import zygote


class Disturbed(zygote.Report):
    """Does what an operation of TensorFlow would do: it leaves a thread behind, after the zygote has counted."""

    def tell(self, **message: object) -> None:
        threading.Thread(target=threading.Event().wait, daemon=True).start()
        super().tell(**message)


if sys.argv[1:2] == ["--run"]:
    sys.exit(zygote.fresh(sys.argv[2:], fake_worker.run))
if sys.argv[1:2] == ["--spare"]:
    sys.exit(zygote.spare(fake_worker.run, zygote.Report()))
sys.exit(zygote.fork_on_demand(fake_worker.run, Disturbed() if "--threads" in sys.argv else zygote.Report()))
