"""The rate gap of women and men on the sample, against statsmodels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import statsmodels.formula.api as smf

from esg.stats import regression
from esg.stats.regression import partial_out, partial_out_groups

if TYPE_CHECKING:
    from esg.workspace import Workspace

GAP = "inclusion.conditional_rate_gap"
QUARTER = "2026Q3"

LOANS = f"""
    select
        cluster_id,
        (gender = 'female')::integer as woman,
        nominal_rate::double * 10000 as rate,
        ln(principal::double) as size,
        coalesce(term_months, 0)::double as term,
        (term_months is null)::integer as no_term,
        product,
        coalesce(repayment_method, '') as method,
        coalesce(channel, '') as channel,
        coalesce(credit_file_status, '') as file,
        month(disbursed_date)::varchar as month
    from new_loan join loan_cost using (loan_id)
    where period = '{QUARTER}' and gender in ('female', 'male')
        and principal > 0 and nominal_rate is not null
    order by loan_id
"""  # noqa: S608 - nothing of it comes from outside

CONTROLS = (
    "size + term + no_term + C(product) + C(method) + C(channel) + C(file) + C(month)"
)


@pytest.fixture(scope="module")
def gaps(lender: Workspace) -> dict[str, dict[str, Any]]:
    frame = lender.run(GAP, quarter=QUARTER)
    return {row["measure"]: row for row in frame.iter_rows(named=True)}


# A control that is the same for all loans explains nothing and does no harm.
@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")
@pytest.mark.parametrize(
    ("measure", "formula"),
    [("conditional_gap", f"rate ~ woman + {CONTROLS}"), ("raw_gap", "rate ~ woman")],
)
def test_gap_and_interval_are_those_of_least_squares_with_clusters(
    lender: Workspace, gaps: dict[str, dict[str, Any]], measure: str, formula: str
) -> None:
    loans = lender.sql(LOANS, quarter=QUARTER).to_pandas()

    fit = smf.ols(formula, loans).fit(
        cov_type="cluster",
        cov_kwds={"groups": loans["cluster_id"], "use_correction": False},
    )
    clusters = loans["cluster_id"].nunique()
    error = fit.bse["woman"] * np.sqrt(clusters / (clusters - 1))
    found = gaps[measure]
    assert found["value"] == pytest.approx(fit.params["woman"], abs=1e-3)
    half = 1.959964 * error
    assert (found["low"], found["high"]) == pytest.approx(
        (fit.params["woman"] - half, fit.params["woman"] + half), rel=2e-3
    )
    assert found["n"] == min(loans["woman"].sum(), (1 - loans["woman"]).sum())


def test_the_compared_share_counts_what_is_left_out(
    lender: Workspace, gaps: dict[str, dict[str, Any]]
) -> None:
    compared = lender.sql(LOANS, quarter=QUARTER).height
    loans = lender.sql(
        f"select count(*) from new_loan where period = '{QUARTER}'",  # noqa: S608
        quarter=QUARTER,
    ).item()

    assert gaps["compared_share"]["value"] == pytest.approx(compared / loans)
    assert 0 < compared < loans


def test_rows_a_few_at_a_time_leave_what_all_at_once_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    draw = np.random.default_rng(9)
    values, numbers = draw.normal(size=(500, 2)), draw.normal(50, 3, (500, 2))
    groups = [draw.integers(0, 6, 500), np.zeros(500, dtype=np.int64)]
    # The third column repeats the first: nothing more to explain.
    numbers = np.column_stack([numbers, numbers[:, 0]])
    dummies = groups[0][:, None] == np.arange(1, 6)
    design = np.column_stack([np.ones(500), numbers, dummies])
    monkeypatch.setattr(regression, "ROWS_AT_ONCE", 64)

    found = partial_out_groups(values, numbers, groups)

    assert found == pytest.approx(partial_out(values, design), abs=1e-9)
