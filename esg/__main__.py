"""``python -m esg`` is ``esg``."""

from __future__ import annotations

from esg.cli import main

if __name__ == "__main__":
    main()
