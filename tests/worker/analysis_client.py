"""A real analysis process, and a client of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from multiprocessing.connection import Client
from pathlib import Path
from typing import Any

from builder.catalog.analysis import Analysis
from builder.document import Document


class AnalysisProcess:
    """A real analysis process and a connection to it."""

    def __init__(self, address: Path, **environment: str):
        log = address.with_name("log.txt")
        with log.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "builder.worker.analysis_process", str(address)],
                env=os.environ | environment,
                stderr=errors,
            )
        deadline = time.monotonic() + 60
        while not address.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text())
            time.sleep(0.01)
        self.connection = Client(str(address), family="AF_UNIX")

    def ask(self, message: Any) -> Any:
        self.connection.send_bytes(json.dumps(message).encode())
        return json.loads(self.connection.recv_bytes())

    def analyse(self, document: Document) -> Analysis:
        return Analysis.model_validate(self.ask({"document": document.to_dict()}))

    def close(self) -> None:
        self.connection.close()
        self.process.kill()
        self.process.wait()
