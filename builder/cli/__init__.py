"""The command `layerloom`: everything the pages do, without them.

Results go to stdout (`--json`: as one JSON value), everything else to stderr. Exit status 1 means an error, 2
a document with errors or a wrong command line. Nothing is imported before the verb is known, and Keras never
is.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from builder.cli.parser import make_parser

if TYPE_CHECKING:
    from builder.errors import LoomError


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    chosen = make_parser().parse_args(arguments)
    from builder.errors import LoomError

    try:
        status = importlib.import_module(f"builder.cli.{chosen.module}").run(chosen)
        sys.stdout.flush()
        return status
    except LoomError as error:
        return _refused(error, chosen.json)
    except BrokenPipeError:
        # Whoever read us has seen enough (`layerloom runs list | head`); nothing is left to say to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except OSError as error:
        return _refused(_of_the_system(error), chosen.json)
    except KeyboardInterrupt:
        return 130


def _refused(error: LoomError, as_json: bool) -> int:
    """Say to stderr what is wrong; the exit status."""
    if as_json:
        print(json.dumps({"problem": error.problem.model_dump(mode="json")}), file=sys.stderr)
    else:
        print(f"layerloom: {error}", file=sys.stderr)
    return error.exit_status


def _of_the_system(error: OSError) -> LoomError:
    """What the system refuses (a full disk, a folder that may not be written) as a sentence."""
    from builder.errors import LoomError

    return LoomError(
        f"{error.filename or 'A file that this needs'} cannot be used: {error.strerror or error}.",
        code="system",
        hint="Look at its permissions and at the room on the disk, or choose another folder with LAYERLOOM_HOME.",
    )
