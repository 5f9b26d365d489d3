"""The statistics on real public records, with the numbers that are known of them."""

from __future__ import annotations

import os
from pathlib import Path

import polars as pl
import pytest
import statsmodels.api as sm
from statsmodels.stats.weightstats import DescrStatsW

from esg.stats.fairness import Chosen, adverse_impact
from esg.stats.regression import average_marginal_effect, logit
from esg.stats.survey import survey_mean
from esg.stats.wellbeing import coded, well_being_score

APPLICATIONS = "hmda_texas_2022/hmda_tx_2022_sample50k.csv"
CARD_PANEL = "uci_credit_card_taiwan/UCI_Credit_Card.csv"
SURVEY = "cfpb_nfwbs_2016/NFWBS_PUF_2016_data.csv"


def read_raw(name: str) -> pl.DataFrame:
    """Return a file under ESG_DATA, or skip the test that asks for it."""
    folder = os.environ.get("ESG_DATA")
    if not folder:
        pytest.skip("ESG_DATA is not set: it names the folder of the public data sets")
    if not Path(folder, name).is_file():
        pytest.skip(f"ESG_DATA holds no {name}")
    return pl.read_csv(Path(folder, name), infer_schema=False)


def test_women_are_approved_at_0_9504_of_the_rate_of_men() -> None:
    decided = read_raw(APPLICATIONS)

    def of(sex: str) -> Chosen:
        own = decided.filter(pl.col("applicant_sex") == sex)
        return Chosen(own.filter(pl.col("approved") == "1").height, own.height)

    found = adverse_impact(of("2"), of("1"))

    assert found.ratio == pytest.approx(0.9504, abs=5e-5)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.9504 < found.high < 1
    assert found.test == "chi_square"


def test_income_amount_and_purpose_explain_the_gap_between_women_and_men() -> None:
    known = (
        read_raw(APPLICATIONS)
        .filter(pl.col("applicant_sex").is_in(["1", "2"]))
        .select(
            approved=pl.col("approved").cast(pl.Float64),
            is_female=(pl.col("applicant_sex") == "2").cast(pl.Float64),
            income=pl.col("income").cast(pl.Float64),
            amount=pl.col("loan_amount").cast(pl.Float64),
            purpose=(pl.col("loan_purpose") == "1").cast(pl.Float64),
        )
        .filter(pl.col("income") > 0, pl.col("amount") > 0)
        .select(
            "approved",
            "is_female",
            "purpose",
            income=pl.col("income").log(),
            amount=pl.col("amount").log(),
        )
        .drop_nulls()
    )
    design = sm.add_constant(known.drop("approved").to_numpy())
    outcome = known["approved"].to_numpy()

    fit = logit(outcome, design)

    assert fit is not None
    effect = average_marginal_effect(fit, design, 1)
    margins = sm.Logit(outcome, design).fit(disp=0).get_margeff(dummy=True)
    assert effect.value == pytest.approx(margins.margeff[0], rel=1e-5)
    assert effect.standard_error == pytest.approx(margins.margeff_se[0], rel=1e-4)
    # 3.8 points before; with the three controls no more than chance.
    low, high = effect.interval()
    assert low < 0 < high
    assert effect.value == pytest.approx(0.0007, abs=5e-5)


def test_22_12_percent_of_the_card_panel_default_in_the_next_month() -> None:
    panel = read_raw(CARD_PANEL)

    defaults = (panel["default.payment.next.month"] == "1").sum()

    assert (defaults, panel.height) == (6_636, 30_000)
    assert round(100 * defaults / panel.height, 2) == 22.12


def answered(survey: pl.DataFrame) -> pl.DataFrame:
    """Return who has a published score: codes below 0 are refusals, no scores."""
    return survey.with_columns(
        score=pl.col("FWBscore").cast(pl.Float64), weight=pl.col("finalwt").cast(float)
    ).filter(pl.col("score") >= 0)


def test_the_published_well_being_scores_average_54_25_by_weight() -> None:
    people = answered(read_raw(SURVEY))
    scores, weights = people["score"].to_numpy(), people["weight"].to_numpy()

    found = survey_mean(scores, weights)

    assert found is not None
    assert found.answers == 6_389
    assert round(found.mean.value, 2) == 54.25
    assert round(float(scores.mean()), 2) == 56.08
    # Weights cost a third of the sample or more; never do they add to it.
    assert found.effective_answers < 6_389
    assert found.mean.value == pytest.approx(DescrStatsW(scores, weights).mean)


def test_the_look_up_is_near_the_published_score_and_not_the_same() -> None:
    survey = answered(read_raw(SURVEY))
    names = [f"FWB1_{i}" for i in range(1, 7)] + [f"FWB2_{i}" for i in range(1, 5)]
    # The file counts answers from the least, 1, to the most, 5; the form from the most.
    answers = [5 - pl.col(name).cast(pl.Int64) for name in names]
    scored = survey.select(
        "score",
        lookup=well_being_score(
            [coded(at, answer) for at, answer in enumerate(answers, start=1)],
            age_group=pl.when(pl.col("agecat").cast(pl.Int64) >= 6)
            .then(pl.lit("62_plus"))
            .otherwise(pl.lit("18_61")),
            mode=pl.lit("self"),
        ),
    ).drop_nulls()

    apart = (scored["score"] - scored["lookup"]).abs()

    # Measured of this file: equal for 16 %, within 3 points for 80 %, 2.23 on average.
    assert scored.height == 6_375
    assert (apart == 0).mean() == pytest.approx(0.16, abs=0.01)
    assert (apart <= 3).mean() == pytest.approx(0.80, abs=0.01)
    assert apart.mean() == pytest.approx(2.23, abs=0.02)
