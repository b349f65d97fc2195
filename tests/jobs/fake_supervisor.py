"""The real supervisor with fake children: `python fake_supervisor.py '{"idle": 1}' [ZYGOTE_ARGUMENT...]`."""

import json
import logging
import sys
from pathlib import Path

from builder.jobs.children import Commands
from builder.jobs.supervisor import Supervisor, run
from builder.jobs.timing import Timing
from builder.rundir import FileLock
from builder.settings import load

HERE = Path(__file__).parent
COMMANDS = Commands(
    zygote=(sys.executable, str(HERE / "fake_zygote.py"), *sys.argv[2:]),
    worker=(sys.executable, str(HERE / "fake_zygote.py"), "--run"),
    analysis=(sys.executable, str(HERE / "fake_analysis.py")),
)

if __name__ == "__main__":
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(message)s")
    settings = load()
    lock = FileLock.acquire(settings.home / "supervisor.lock", timeout=20)
    assert lock is not None
    timing = Timing(**json.loads(sys.argv[1]))
    sys.exit(run(Supervisor(settings, commands=COMMANDS, timing=timing), lock))
