from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from bench.catalogue import measures as measures_of_catalogue
from bench.cost import Cost, Result, compared, cost_of
from bench.loading import measures
from bench.rates import measures as measures_of_rates
from bench.subsidy import measures as measures_of_subsidy

if TYPE_CHECKING:
    from pathlib import Path


def test_a_cost_is_of_the_child(tmp_path: Path) -> None:
    hungry = "import time; x = bytearray(2 << 30); time.sleep(0.3)"

    cost = cost_of([sys.executable, "-c", hungry], cwd=tmp_path)

    assert cost.seconds > 0.3
    assert cost.peak_mib > 2048


def test_a_command_that_fails_is_no_measure(tmp_path: Path) -> None:
    fails = "import sys; sys.stderr.write('no such tape'); sys.exit(3)"

    with pytest.raises(RuntimeError, match="ended with 3: no such tape"):
        cost_of([sys.executable, "-c", fails], cwd=tmp_path)


@pytest.mark.parametrize(
    ("seconds", "holds"), [(25.0, True), (25.1, False)], ids=["at", "above"]
)
def test_a_limit_is_of_the_ratio(seconds: float, holds: bool) -> None:  # noqa: FBT001
    result = compared("load", Cost(seconds, 0, 0), Cost(10, 0, 0), 2.5)

    assert result.holds is holds


def test_without_a_ratio_the_limit_is_of_the_value() -> None:
    assert not Result("memory", 4097, "MiB", limit=4096).holds


@pytest.mark.slow
def test_every_measure_of_loading_runs(tmp_path: Path) -> None:
    found = list(measures(tmp_path, rows=4000))

    assert [each.name for each in found][:2] == [
        "load.bare_read",
        "load.with_hashed_ids",
    ]
    assert len(found) == 8
    assert all(each.value > 0 for each in found if each.unit == "s")


@pytest.mark.slow
def test_every_measure_of_rates_runs(tmp_path: Path) -> None:
    found = list(measures_of_rates(tmp_path, rows=4000))

    assert [each.name for each in found] == [
        "irr.tenth_by_12",
        "irr.loan_cost_of_a_tenth",
        "irr.loan_cost_growth",
        "irr.peak_memory",
    ]
    assert all(each.holds for each in found)


@pytest.mark.slow
def test_every_measure_of_the_subsidy_runs(tmp_path: Path) -> None:
    found = list(measures_of_subsidy(tmp_path, rows=4000))

    assert [each.name for each in found] == [
        "subsidy.bare_window",
        "subsidy.apply_all_caps",
        "subsidy.apply_beside_the_sum_alone",
        "subsidy.peak_memory",
    ]
    assert all(each.value > 0 for each in found)


@pytest.mark.slow
def test_every_measure_of_the_catalogue_runs(tmp_path: Path) -> None:
    found = list(measures_of_catalogue(tmp_path, rows=2000))

    assert [each.name for each in found] == [
        "catalogue.one_pass",
        "catalogue.all_breakdowns",
        "catalogue.growth_over_a_tenth",
        "catalogue.peak_memory",
    ]
    assert all(each.value > 0 for each in found)
