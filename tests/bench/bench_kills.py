"""Kill -9 of whatever can be killed, at random moments of real runs, and what is left of the runs at the end.

Run it with `uv run python tests/bench/bench_kills.py`; it uses a home of its own and takes some minutes. Real server,
real supervisor, real workers: runs are started over HTTP and followed there and in their files. A server that was
killed is started again, as a service manager does; everything else has to come back by itself.

Each document is trained once undisturbed. At the end every run must have finished, with events numbered 1, 2, 3, ...
of which none that was ever read has vanished or changed, and with the undisturbed run's losses, metrics and weights.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from builder.catalog.registry import templates
from builder.document import Document, from_value
from builder.jobs import process
from builder.jobs.engine import MAX_SETBACKS
from builder.rundir import ENDED, RunDirectory, State, holder

TRAINED = {"spiral_mlp": 400, "wine_branches": 700, "digits_cnn": 250, "digits_residual": 60, "digits_lstm": 30}
"""Templates, with so many epochs that a run is worth killing several times."""
VICTIMS = {"worker": 40, "supervisor": 20, "zygote": 15, "server": 20, "everything": 5}
"""Who is killed, in percent. "everything" is what a power cut does."""
BETWEEN = (0.3, 4.0)
"""Seconds from one kill to the next."""
DEADLINE = 300.0
"""Seconds without an event in which nothing may stand still."""
Say = Callable[[str], object]


def document(kind: str, epochs: int, xla: str = "never") -> Document:
    """A template with other numbers of epochs. The choice of XLA is fixed, since it hangs on measured times."""
    value = templates[kind].document
    return from_value({**value, "training": {**value["training"], "epochs": epochs, "xla": xla, "seed": 7}})


class House:
    """A home with its server and everything that lives in it."""

    def __init__(self, home: Path, slots: int):
        self.home = home
        self.runs = home / "runs"
        with socket.socket() as free:
            free.bind(("localhost", 0))
            self.port = free.getsockname()[1]
        self.environ = {**os.environ, "LAYERLOOM_HOME": str(home), "LAYERLOOM_SLOTS": str(slots)}
        home.mkdir(parents=True, exist_ok=True)
        self.log = open(home / "server.log", "ab")  # noqa: SIM115 - it lives as long as the house
        self.client = httpx.Client(base_url=f"http://localhost:{self.port}", timeout=60)
        self.server = self.serve()

    def serve(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "builder", "serve", "--port", str(self.port), "--no-browser"]
        self.server = subprocess.Popen(command, env=self.environ, stdout=self.log, stderr=self.log)
        return self.server

    def insist(self, method: str, path: str, **options: Any) -> Any:
        """Ask until there is an answer, whoever is dead just now."""
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                answer = self.client.request(method, path, **options)
                if answer.is_success:
                    return answer.json()
                said = answer.text
            except (httpx.HTTPError, ValueError) as error:
                said = repr(error)
            assert time.monotonic() < deadline, said
            if self.server.poll() is not None:
                self.serve()
            time.sleep(0.1)

    def start(self, document: Document, key: str) -> RunDirectory:
        started = self.insist("POST", "/api/runs", json=document.to_dict(), headers={"Idempotency-Key": key})
        return RunDirectory.open(self.runs, started["run"])

    def pid(self, who: str, rng: random.Random) -> int | None:
        """The process that is to be killed; None where there is none now."""
        if who == "server":
            return self.server.pid if self.server.poll() is None else None
        supervisor = holder(self.home / "supervisor.lock") or None
        if who == "supervisor":
            return supervisor
        if who == "zygote":
            found = [pid for pid in children(supervisor) if b"builder.worker.zygote" in command_of(pid)]
            return next((pid for pid in found if b"--run" not in command_of(pid)), None)
        at_work = []
        for run in RunDirectory.all(self.runs):
            pid = holder(run.lock_path)
            # A row of deaths without a checkpoint between them ends a run by design; chance shall not do that here.
            if pid and run.record().setbacks < MAX_SETBACKS - 2:
                at_work.append(pid)
        return rng.choice(at_work) if at_work else None

    def kill(self, who: str, rng: random.Random) -> bool:
        """Kill -9; a killed server is started again. False where there was nobody to kill."""
        if who == "everything" and any(
            run.record().setbacks >= MAX_SETBACKS - 2 for run in RunDirectory.all(self.runs)
        ):
            return False
        names = ("supervisor", "zygote", "worker", "server") if who == "everything" else (who,)
        victims = [pid for name in names if (pid := self.pid(name, rng))]
        if who == "everything":
            victims += [pid for run in RunDirectory.all(self.runs) if (pid := holder(run.lock_path))]
        for pid in dict.fromkeys(victims):
            process.send(pid, signal.SIGKILL)
        if "server" in names and victims:
            self.server.wait()
            self.serve()
        return bool(victims)

    def close(self) -> None:
        self.server.send_signal(signal.SIGINT)
        self.server.wait(timeout=90)
        self.client.close()
        self.log.close()


def children(pid: int | None) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


@dataclass
class Witness:
    """Reads all events of a run as they come, from the file and from the server, and forgets nothing."""

    house: House
    run: RunDirectory
    lines: bytes = b""
    served: dict[int, str] = field(default_factory=dict)
    over: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.threads = [threading.Thread(target=watch, daemon=True) for watch in (self.read, self.ask)]
        for thread in self.threads:
            thread.start()

    def read(self) -> None:
        while not self.over.wait(0.05):
            with open(self.run.events_path, "rb") as file:
                file.seek(len(self.lines))
                new = file.read()
            self.lines += new[: new.rfind(b"\n") + 1]

    def ask(self) -> None:
        path = f"/api/runs/{self.run.id}/events"
        with httpx.Client(base_url=self.house.client.base_url, timeout=30) as client:
            while not self.over.wait(0.3):
                try:
                    answer = client.get(path, params={"after": max(self.served, default=0)})
                    events = answer.json() if answer.is_success else []
                except (httpx.HTTPError, ValueError):
                    continue
                self.served |= {event["seq"]: json.dumps(event) for event in events}

    def close(self) -> int:
        """The number of events that were lost: told once and not there any more, or with a gap in the numbers."""
        self.over.set()
        for thread in self.threads:
            thread.join()
        content = self.run.events_path.read_bytes()
        seen = self.lines.splitlines()
        kept = content.splitlines()
        lost = sum(before != after for before, after in zip(seen, kept, strict=False)) + max(0, len(seen) - len(kept))
        events = self.run.events()
        lost += len(set(range(1, events[-1]["seq"] + 1)) ^ {event["seq"] for event in events})
        by_seq = {event["seq"]: json.dumps(event) for event in events}
        return lost + sum(by_seq.get(seq) != line for seq, line in self.served.items())


@dataclass(frozen=True)
class Curve:
    """What a run has told of each step and epoch at last, and the state it ended with."""

    losses: dict[int, float]
    metrics: dict[tuple[int, str], float]
    weights: list[np.ndarray]

    @classmethod
    def of(cls, run: RunDirectory) -> Curve:
        losses: dict[int, float] = {}
        metrics: dict[tuple[int, str], float] = {}
        for event in run.events():
            if event["type"] == "steps":
                losses |= zip(event["steps"], event["losses"], strict=True)
            elif event["type"] == "epoch":
                metrics |= {(event["epoch"], name): value for name, value in event["metrics"].items()}
        with np.load(max(run.checkpoints.glob("step-*.npz"))) as file:
            weights = [file[name] for name in sorted(file.files) if name != "meta"]
        return cls(losses, metrics, weights)

    def apart(self, other: Curve) -> tuple[float, int]:
        """The largest difference (infinite where an epoch is missing), and how many figures were held together."""
        if self.metrics.keys() != other.metrics.keys() or max(self.losses) != max(other.losses):
            return float("inf"), 0
        steps = self.losses.keys() & other.losses.keys()  # A fast run does not tell every step.
        found = [abs(self.losses[step] - other.losses[step]) for step in steps]
        found += [abs(value - other.metrics[key]) for key, value in self.metrics.items()]
        for ours, theirs in zip(self.weights, other.weights, strict=True):
            found.append(float(np.max(np.abs(ours.astype("float64") - theirs.astype("float64")), initial=0.0)))
        return max(found), len(found)


@dataclass(frozen=True)
class Outcome:
    """One run that was disturbed, or None in `apart` where it did not finish."""

    kind: str
    run: RunDirectory
    lost: int
    apart: float | None
    figures: int

    @property
    def sound(self) -> bool:
        return self.lost == 0 and self.apart is not None and self.apart <= 1e-6


def trained(house: House, run: RunDirectory) -> State:
    """Wait for the end of a run; a run that is stuck is one that tells nothing for minutes."""
    size, moved = -1, time.monotonic()
    while (state := run.record().state) not in ENDED:
        now = run.events_path.stat().st_size
        if now != size:
            size, moved = now, time.monotonic()
        if time.monotonic() > moved + DEADLINE:
            return state
        if house.server.poll() is not None:
            house.serve()
        time.sleep(0.1)
    return state


def disturb(
    house: House,
    documents: dict[str, Document],
    kills: int,
    rng: random.Random,
    say: Say,
) -> tuple[list[Outcome], Counter[str]]:
    """Train the documents undisturbed, then again and again under fire until so many have been killed."""
    undisturbed = {kind: calm(house, made, f"calm {kind}", say) for kind, made in documents.items()}
    witnesses: list[tuple[str, Witness]] = []
    killed: Counter[str] = Counter()
    for kind, made in documents.items():
        witnesses.append((kind, Witness(house, house.start(made, f"killed {kind} 0"))))
    while killed.total() < kills:
        time.sleep(rng.uniform(*BETWEEN))
        who = rng.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        if house.kill(who, rng):
            killed[who] += 1
        for kind in documents:
            mine = [witness for name, witness in witnesses if name == kind]
            if mine[-1].run.record().state in ENDED and killed.total() < kills:
                again = house.start(documents[kind], f"killed {kind} {len(mine)}")
                witnesses.append((kind, Witness(house, again)))
    return [judge(kind, witness, undisturbed[kind]) for kind, witness in witnesses], killed


def calm(house: House, made: Document, key: str, say: Say = lambda text: None) -> Curve:
    """The curve of a run that nobody disturbs."""
    run = house.start(made, key)
    state = trained(house, run)
    record = run.record()
    assert state is State.FINISHED, (state, record.problem)
    say(f"{record.name}: {record.epochs} epochs undisturbed in {record.ended - record.started:.1f} s")
    return Curve.of(run)


def judge(kind: str, witness: Witness, undisturbed: Curve) -> Outcome:
    """Wait for the end of a run, and hold it against the undisturbed one."""
    state = trained(witness.house, witness.run)
    time.sleep(0.5)  # The witness reads every 0.3 s: it shall have seen the end too.
    apart, figures = Curve.of(witness.run).apart(undisturbed) if state is State.FINISHED else (None, 0)
    return Outcome(kind, witness.run, witness.close(), apart, figures)


def table(outcomes: list[Outcome]) -> str:
    lines = [f"{'run':<18}{'state':<10}{'attempts':>9}{'events':>8}{'lost':>6}{'figures':>9}  largest difference"]
    for outcome in outcomes:
        record, events = outcome.run.record(), len(outcome.run.events())
        apart = "-" if outcome.apart is None else f"{outcome.apart:.2g}"
        lines.append(
            f"{outcome.kind:<18}{record.state:<10}{record.attempt:>9}{events:>8}{outcome.lost:>6}"
            f"{outcome.figures:>9}  {apart}"
        )
    stuck = sum(outcome.apart is None for outcome in outcomes)
    worst = max((outcome.apart for outcome in outcomes if outcome.apart is not None), default=float("inf"))
    lines.append("")
    lines.append(
        f"events lost: {sum(outcome.lost for outcome in outcomes)}; stuck or not finished: {stuck} of {len(outcomes)}; "
        f"largest difference from the undisturbed curves: {worst:.2g} (bar: 1e-06)"
    )
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--slots", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="leave the home where it is")
    parser.add_argument("kinds", nargs="*", default=list(TRAINED), help=f"of {', '.join(TRAINED)}")
    chosen = parser.parse_args()
    if unknown := set(chosen.kinds) - set(TRAINED):
        parser.error(f"no such document: {', '.join(sorted(unknown))}; there are {', '.join(TRAINED)}")
    home = Path(tempfile.mkdtemp(prefix="layerloom-kills-"))
    house = House(home, chosen.slots)
    documents = {kind: document(kind, TRAINED[kind]) for kind in chosen.kinds}
    try:
        outcomes, killed = disturb(
            house, documents, chosen.kills, random.Random(chosen.seed), say=lambda text: print(text, flush=True)
        )
    finally:
        house.close()
    print(f"\n{os.cpu_count()} cores, seed {chosen.seed}, {chosen.slots} runs at a time\n\n{table(outcomes)}")
    print(f"killed: {killed.total()} ({', '.join(f'{who} {times}' for who, times in killed.items())})")
    sound = all(outcome.sound for outcome in outcomes)
    if sound and not chosen.keep:
        shutil.rmtree(home)
    else:
        print(f"home: {home}")
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
