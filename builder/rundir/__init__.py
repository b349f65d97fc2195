"""The run directory: the truth about a run, shared by worker, jobs and server (see `directory`)."""

from builder.rundir.atomic import write_atomic
from builder.rundir.directory import ENDED, Change, RunDirectory, RunRecord, State, new_run_id
from builder.rundir.fence import Superseded
from builder.rundir.lock import FileLock, holder
from builder.rundir.log import EventLog, all_of, event_of, last_events, last_of, read_after
from builder.rundir.requests import Control, Requests, Stride

__all__ = [
    "ENDED",
    "Change",
    "Control",
    "EventLog",
    "FileLock",
    "Requests",
    "RunDirectory",
    "RunRecord",
    "State",
    "Stride",
    "Superseded",
    "all_of",
    "event_of",
    "holder",
    "last_events",
    "last_of",
    "new_run_id",
    "read_after",
    "write_atomic",
]
