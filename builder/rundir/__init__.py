"""The run directory: the truth about a run, shared by worker, jobs and server (see `directory`)."""

from builder.rundir.atomic import write_atomic
from builder.rundir.directory import ENDED, Control, RunDirectory, RunRecord, State, new_run_id
from builder.rundir.lock import FileLock, holder
from builder.rundir.log import EventLog, last_of, read_after

__all__ = [
    "ENDED",
    "Control",
    "EventLog",
    "FileLock",
    "RunDirectory",
    "RunRecord",
    "State",
    "holder",
    "last_of",
    "new_run_id",
    "read_after",
    "write_atomic",
]
