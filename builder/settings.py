"""Settings of one installation: one frozen object, read from the environment and `<home>/config.toml`.

The environment wins (`LAYERLOOM_PORT`), then the file (`port = 8501`), then the default. `layerloom doctor` lists them.
"""

from __future__ import annotations

import errno
import os
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from builder.errors import LoomError
from builder.mistakes import mistakes


class Settings(BaseModel):
    """Every setting with its default and its help."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    home: Path = Field(Path("~/.layerloom"), description="Folder of the database, the runs and the data sets.")
    host: str = Field("localhost", description="Address the server listens on; 0.0.0.0 for a lab server.")
    port: int = Field(8501, ge=1, le=65535, description="Port the server listens on.")
    browser: bool = Field(True, description="Open a browser when the server has started.")
    slots: int = Field(
        0, ge=0, le=256, description="Runs that train at the same time; 0 means one per core, at most 4."
    )
    threads: int = Field(0, ge=0, le=256, description="Threads of one run; 0 shares the cores among those that train.")
    gauges: bool = Field(
        True,
        description="Let runs tell how layers learn, with histograms, decision borders and sample predictions.",
    )
    analysis_memory: int = Field(2048, ge=512, description="Memory limit of the analysis process, in MiB.")
    sandbox: bool = Field(
        True, description="Run workers without network on a system that they can only read, where bubblewrap works."
    )
    run_memory: int = Field(
        0, ge=0, description="Memory limit of one run, in MiB; 0 means nine tenths of the machine's memory."
    )
    run_minutes: float = Field(
        0, ge=0, description="Minutes that a run may train at a stretch, then it is stopped; 0 means no limit."
    )
    run_file: int = Field(16384, ge=0, description="Largest file that a run may write, in MiB; 0 means no limit.")
    run_tasks: int = Field(2048, ge=0, description="Processes and threads that one run may have; 0 means no limit.")
    user_running: int = Field(0, ge=0, description="Runs of one person that train at a time; 0 means no limit.")
    user_queued: int = Field(0, ge=0, description="Runs of one person that may wait; 0 means no limit.")

    @property
    def runs(self) -> Path:
        return self.home / "runs"

    @property
    def database(self) -> Path:
        return self.home / "layerloom.db"


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Read the settings; a wrong value is a `LoomError` that names it and where it was read."""
    named = environ.get("LAYERLOOM_HOME") or Settings.model_fields["home"].default
    values: dict[str, object] = {}
    try:
        home = Path(named).expanduser().absolute()
        file = home / "config.toml"
        if home.exists() and not home.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "it is no folder")
        if file.is_file():
            values = tomllib.loads(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise LoomError(f"{file} is no text in UTF-8.", code="settings", hint="Mend or remove it.") from error
    except tomllib.TOMLDecodeError as error:
        raise LoomError(f"{file} is not valid TOML: {error}.", code="settings", hint="Mend or remove it.") from error
    except (OSError, RuntimeError) as error:
        why = error.strerror if isinstance(error, OSError) else "nobody knows where your home folder is"
        raise LoomError(
            f"The home {named} cannot be used: {why or error}.",
            code="home",
            hint="Set LAYERLOOM_HOME to another folder.",
        ) from error
    for name in Settings.model_fields:
        if text := environ.get(f"LAYERLOOM_{name.upper()}"):
            values[name] = text
    try:
        return Settings(**{**values, "home": home})
    except ValidationError as error:
        wrong = next(mistakes(error))
        name = str(wrong.path[0])
        if name not in Settings.model_fields:
            raise LoomError(
                f'There is no setting "{name}" ({file}).', code="settings", hint="layerloom doctor lists all settings."
            ) from error
        raise LoomError(
            f"Setting {name} is {wrong.value!r}: {wrong.expected}.",
            code="settings",
            hint=f"Set LAYERLOOM_{name.upper()} or {name} in {file}.",
        ) from error
