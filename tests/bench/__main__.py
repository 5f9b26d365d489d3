"""Measure what the project promises about speed; ``make bench`` runs this."""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from bench import catalogue, loading, rates, subsidy
from bench.cost import Result, show, write_results

FAMILIES = {
    "load": loading.measures,
    "irr": rates.measures,
    "subsidy": subsidy.measures,
    "catalogue": catalogue.measures,
}


def main() -> int:
    """Run the asked families of measures; return 1 when a limit is not kept."""
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("families", nargs="*", choices=[*FAMILIES, []], default=[])
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    results: list[Result] = []
    for family in asked.families or FAMILIES:
        folder = (asked.out / family).resolve()
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            for result in FAMILIES[family](folder, asked.rows):
                show(result)
                results.append(result)
                write_results(results, asked.out / "results.json")
        finally:
            shutil.rmtree(folder)
    return 0 if all(result.holds for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
