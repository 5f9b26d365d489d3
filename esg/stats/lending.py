"""Single rules of lending that are a formula: persistent debt, financed emissions, NPS.

Limits are arguments: they are dated rules, and stand in ``queries/policies``.
"""

from __future__ import annotations

import polars as pl


def is_persistent_debt(
    *,
    interest_and_fees: pl.Expr,
    principal_repaid: pl.Expr,
    lowest_balance: pl.Expr,
    months_seen: pl.Expr,
    floor: float,
    months: int,
) -> pl.Expr:
    """Return whether an account paid more for its debt than it paid off.

    Args:
        interest_and_fees: Interest, fees and charges paid in the window, money.
        principal_repaid: Principal repaid in it, money.
        lowest_balance: The lowest balance in it, money.
        months_seen: For how many months of the window there are records.
        floor: An account whose balance was ever below this is none.
        months: The window's length.

    Returns:
        Null where a number or part of the window is missing: a short record is no
        proof of either.

    Source:
        Financial Conduct Authority, CONC 6.7.27R and PS18/4: 18 months, GBP 200.
    """
    is_more = (interest_and_fees > principal_repaid) & (lowest_balance >= floor)
    return pl.when(months_seen >= months).then(is_more)


def vehicle_attribution(outstanding: pl.Expr, value_at_origination: pl.Expr) -> pl.Expr:
    """Return the part of a vehicle that its loan finances.

    Args:
        outstanding: What is owed, money of 0 or more.
        value_at_origination: Of the vehicle when the loan was made, the same currency.

    Returns:
        In [0, 1]. All of it where the value is unknown or 0, as the standard has it.
        Null where nothing is known of what is owed.

    Source:
        PCAF, Global GHG Accounting and Reporting Standard, Part A, motor vehicle loans
        (section 5.6 of the third edition).
    """
    is_known = (value_at_origination > 0).fill_null(value=False)
    share = pl.when(is_known).then(outstanding / value_at_origination).otherwise(1.0)
    return pl.when(outstanding.is_not_null()).then(share.clip(0, 1))


def vehicle_emissions(
    attribution: pl.Expr, km_a_year: pl.Expr, tonnes_per_km: pl.Expr
) -> pl.Expr:
    """Return a year's financed emissions of a vehicle, in tonnes of CO2 equivalent.

    Null where distance or factor is unknown: an average would be data of a lower
    quality score, which the source has to state.

    Source:
        As ``vehicle_attribution``.
    """
    return attribution * km_a_year * tonnes_per_km


def data_quality_score(outstanding: pl.Expr, score: pl.Expr) -> pl.Expr:
    """Return the portfolio's data quality, 1 for the best to 5, weighted by balance.

    Loans without a score are left out; null where none has one.

    Source:
        PCAF, as above, annex on data quality scores.
    """
    scored = outstanding.filter(score.is_not_null() & outstanding.is_not_null())
    total = scored.sum()
    products = (outstanding * score).sum()
    return products / pl.when(total != 0).then(total)


def net_promoter_score(
    promoters: pl.Expr, answers: pl.Expr, detractors: pl.Expr
) -> pl.Expr:
    """Return promoters less detractors in points of 100 answers; null without answers.

    Source:
        Reichheld (2003), Harvard Business Review 81(12):46-54.
    """
    return 100 * (promoters - detractors) / pl.when(answers > 0).then(answers)
