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

from builder.cli.parser import make_parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status."""
    chosen = make_parser().parse_args(arguments)
    from builder.errors import LoomError

    try:
        status = importlib.import_module(f"builder.cli.{chosen.module}").run(chosen)
        sys.stdout.flush()
        return status
    except LoomError as error:
        if chosen.json:
            print(json.dumps({"problem": error.problem.model_dump(mode="json")}), file=sys.stderr)
        else:
            print(f"layerloom: {error}", file=sys.stderr)
        return error.exit_status
    except BrokenPipeError:
        # Whoever read us has seen enough (`layerloom runs list | head`); nothing is left to say to them.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 130
