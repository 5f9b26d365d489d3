"""``esg`` and ``python -m esg``: an interrupt while Python still imports ends quietly.

Until ``esg.cli`` takes the signals over, nothing has been begun that would have to be
taken away, so the process may end at once.
"""

from __future__ import annotations

import os
import signal


def main() -> None:
    """Run the command line; see ``esg.cli``."""
    signal.signal(signal.SIGINT, _end)
    signal.signal(signal.SIGTERM, _end)
    from esg.cli import main as run  # noqa: PLC0415 - after the signals have words

    run()


def _end(number: int, _frame: object) -> None:
    os.write(2, b"esg: interrupted.\n")
    # Not by an exception: inside an import it would be told with a traceback.
    os._exit(128 + number)


if __name__ == "__main__":
    main()
