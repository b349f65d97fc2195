"""Answers what clients ask of the supervisor, and remembers which clients are there.

    {"op": "stay", "client", "role", "version"}     I am here until this connection closes
    {"op": "submit", "run"}
    {"op": "tell", "verb", "run", "values": [...]}  a verb of `jobs.verbs`, with its parameters
    {"op": "status"}                                the fields of `EngineStatus`
    {"op": "analysis", "hangs": pid | null}         start the analysis process, or end the one that hangs
    {"op": "leave", "client", "shutdown": bool}     I go; with shutdown: pause the runs and end, if I was the last

An answer is an object; {"problem": ...} is an error for a person, {"closing": true} means that the supervisor
ends. Every request may come twice: a client that lost the answer asks the next supervisor again. Before it
leaves, the supervisor says {"bye": true} to those who stay.
"""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from builder import __version__
from builder.catalog.live import checked
from builder.errors import LoomError, RunError
from builder.jobs import process, transitions
from builder.jobs.desk import Asked
from builder.jobs.verbs import TRAINING, Verb, verb_of
from builder.rundir import ENDED, Control, RunDirectory, State, Stride

if TYPE_CHECKING:
    from builder.jobs.supervisor import Supervisor

log = logging.getLogger("layerloom")


@dataclass(frozen=True)
class ClientHere:
    """A client that said it stays; "web" clients keep the zygote warm from the start."""

    client: str
    role: str


class Clerk:
    def __init__(self, supervisor: Supervisor):
        self.supervisor = supervisor
        self.clients: dict[int, ClientHere] = {}

    def answer(self, asked: Asked) -> None:
        """Answer in any case: a client waits for it."""
        question = asked.question
        try:
            answer = self._answer(asked.line, question)
        except LoomError as error:
            answer = {"problem": error.problem.model_dump(mode="json")}
        except OSError as error:
            problem = RunError(
                f"The run directory cannot be written: {error.strerror or error}.",
                code="disk",
                hint="Free some space and try again; the run itself is unharmed.",
            ).problem
            answer = {"problem": problem.model_dump(mode="json")}
        except Exception as error:
            log.exception("the question %s could not be answered", question)
            problem = RunError(
                f"The process that runs the jobs could not do this: {type(error).__name__}.",
                code="supervisor",
                hint="supervisor.log in the home has more; the runs are unharmed.",
            ).problem
            answer = {"problem": problem.model_dump(mode="json")}
        asked.answer.set_result(answer)

    def forget(self, line: int) -> None:
        self.clients.pop(line, None)

    def say_goodbye(self) -> None:
        """Tell all clients that the end is wanted, so that they do not start a successor at once."""
        for line in self.clients:
            self.supervisor.desk.say(line, {"bye": True})

    def _answer(self, line: int, question: dict[str, Any]) -> dict[str, Any]:
        supervisor = self.supervisor
        if supervisor.closing is not None:
            return {"closing": True}
        match question:
            case {"op": "stay", "client": client, "role": role, "version": version}:
                return self._stay(line, ClientHere(client, role), version)
            case {"op": "submit", "run": run_id}:
                self._submit(RunDirectory.open(supervisor.settings.runs, run_id))
                return {}
            case {"op": "tell", "verb": name, "run": run_id, "values": values}:
                self._tell(verb_of(name), RunDirectory.open(supervisor.settings.runs, run_id), values)
                return {}
            case {"op": "status"}:
                return self._status()
            case {"op": "analysis"}:
                return self._analysis(question.get("hangs"))
            case {"op": "leave", "client": client, "shutdown": shutdown}:
                self.clients = {line: here for line, here in self.clients.items() if here.client != client}
                last = not self.clients and not supervisor.stay
                if shutdown and last:
                    supervisor.leave("the last client asked for it")
                return {"closing": shutdown and last}
        raise RunError(f"The supervisor does not know the request {question.get('op')!r}.", code="supervisor")

    def _stay(self, line: int, here: ClientHere, version: str) -> dict[str, Any]:
        supervisor = self.supervisor
        if version != __version__:
            if self.clients:
                raise RunError(
                    f"Version {__version__} is at work in {supervisor.settings.home}; this is {version}.",
                    code="version",
                    hint="Stop the other server first, or choose another LAYERLOOM_HOME.",
                )
            supervisor.leave(f"version {version} takes over")
            return {"closing": True}
        self.clients[line] = here
        if here.role == "web":
            supervisor.dispatcher.wants_zygote = True
        return {"pid": os.getpid()}

    def _status(self) -> dict[str, Any]:
        supervisor, dispatcher = self.supervisor, self.supervisor.dispatcher
        going = supervisor.going()
        owners = [run.owner for run in going]
        children = (supervisor.analysis.pid, dispatcher.zygote.pid)
        return {
            "supervisor": os.getpid(),
            "warm": dispatcher.zygote.ready,
            "running": list(supervisor.workers),
            "queued": [*dispatcher.queue.order(owners), *dispatcher.later],
            "slots": dispatcher.room.slots,
            "processes": [pid for pid in children if pid is not None],
            "waits": dispatcher.queue.reasons(owners, dispatcher.room.hold(going)) if dispatcher.queue else {},
            "memory": supervisor.guard.memory,
            "user_queued": supervisor.settings.user_queued,
        }

    def _analysis(self, hangs: int | None) -> dict[str, Any]:
        analysis = self.supervisor.analysis
        if hangs is not None and hangs == analysis.pid:
            process.end_group(hangs)
        analysis.keep(time.monotonic())
        return {"pid": analysis.pid, "failures": analysis.failures, "status": analysis.status}

    def _submit(self, run: RunDirectory) -> None:
        if run.id not in self.supervisor.workers and run.record().state is State.QUEUED:
            self.supervisor.dispatcher.enqueue(run)

    def _tell(self, verb: Verb, run: RunDirectory, values: list[Any]) -> None:
        """Do what a verb asks, where the run's state leaves something to do."""
        verb.demand(run.record().state)
        getattr(self, f"_{verb.name}")(run, *values)

    def _stop(self, run: RunDirectory) -> None:
        if worker := self.supervisor.workers.get(run.id):
            worker.ask(Control.STOP, time.monotonic())
        elif run.record().state not in ENDED:
            self.supervisor.dispatcher.dequeue(run)
            transitions.stopped(run)

    def _pause(self, run: RunDirectory) -> None:
        run.requests.step_done()
        worker = self.supervisor.workers.get(run.id)
        if worker and worker.asked is None and run.record().state is not State.PAUSED:
            worker.ask(Control.PAUSE, time.monotonic())
        elif worker is None and run.record().state is State.QUEUED:
            self.supervisor.dispatcher.dequeue(run)
            transitions.paused(run)

    def _resume(self, run: RunDirectory) -> None:
        state = run.record().state
        run.requests.step_done()
        if worker := self.supervisor.workers.get(run.id):
            if worker.asked is Control.PAUSE:
                worker.take_back()
                worker.resume_after = True
            elif worker.asked or state not in TRAINING:
                worker.resume_after = True
            else:
                worker.take_back()
            if state is State.PAUSED:
                # It waits for a step, and leaves at once when it is asked to.
                worker.ask(Control.PAUSE, time.monotonic())
        elif state is State.QUEUED:
            self.supervisor.dispatcher.enqueue(run)
        else:
            self.supervisor.dispatcher.requeue(run)

    def _step(self, run: RunDirectory, stride: str) -> None:
        run.requests.ask_step(Stride(stride))
        if run.id not in self.supervisor.workers:
            self.supervisor.dispatcher.requeue(run)

    def _finish(self, run: RunDirectory) -> None:
        run.requests.ask(Control.FINISH)

    def _extend(self, run: RunDirectory, epochs: int) -> None:
        record = run.record()
        ended = record.state in ENDED
        self._change(run, "epochs", (record.epoch if ended else record.epochs) + epochs)
        if not ended:
            return
        if worker := self.supervisor.workers.get(run.id):
            worker.resume_after = True
        else:
            self.supervisor.dispatcher.requeue(run)

    def _change(self, run: RunDirectory, setting: str, value: Any) -> None:
        """Leave the new value for the worker, this one or the next, which notes the step from which on it counts."""
        value = checked(run.document(), setting, value)
        run.requests.ask_setting(setting, value)
        if setting == "epochs" and run.id not in self.supervisor.workers:
            run.update(epochs=value)
