"""Tables that queries read like marts and that only a policy's rules can fill.

``subsidy_fact`` holds what the consumption-loan subsidy gives for each purchase in each
interest period, and ``judged_claim`` what each claim is beside it; both under the
settings of the workspace, as 'esg policy apply' and 'esg policy reconcile' have them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from esg.indicators.composite import TABLE as COMPONENT_VALUE
from esg.indicators.composite import component_table
from esg.indicators.stage import ComputedTable
from esg.policy.additional import TABLE as SPENDING_EFFECT
from esg.policy.additional import spending_effect_table
from esg.policy.apply import create_facts, tables_read
from esg.policy.computed import COMPUTED
from esg.policy.price_gap import PRICE_GAP
from esg.policy.price_gap import TABLE as PRICE_GAP_TABLE
from esg.policy.reconcile import JUDGED, JUDGED_COLUMNS, judge_claims
from esg.policy.stage import terms_of

if TYPE_CHECKING:
    from esg.engine.duck import Connection
    from esg.spec.project import Project

SUBSIDY = "cn_consumer_loan_subsidy"
"""The pack behind the indicators of the pillar ``subsidy``."""

TABLE = "subsidy_fact"
"""The temp table with the facts of that pack."""

FACT_COLUMNS = (
    "loan_id varchar, spending_id varchar, period_no bigint, rule_version varchar, "
    "reason varchar, uncapped decimal(18, 2), lost_half_rate decimal(18, 2), "
    "lost_transaction_cap decimal(18, 2), lost_small_cap decimal(18, 2), "
    "lost_total_cap decimal(18, 2), subsidy decimal(18, 2), central decimal(18, 2), "
    "provincial decimal(18, 2), debtor_id varchar, institution_id varchar, "
    "province_code varchar, due_date date, from_date date, to_date date, "
    "spent_date date, category varchar, days bigint, days_counted bigint, "
    "days_refunded bigint, charge decimal(18, 2), amount decimal(18, 2), "
    "refunded decimal(18, 2), drawn decimal(18, 2), contract_rate decimal(9, 6)"
)


def computed_tables(project: Project) -> dict[str, ComputedTable]:
    """Return every computed table of a workspace, by name.

    Args:
        project: Its declarations; the policy's settings are those of its ``esg.toml``.

    Raises:
        ContentError: The pack or its settings are wrong.
    """
    pack = project.packs[SUBSIDY]
    settings = pack.chosen(project.settings.policy.get(pack.id, {}))
    terms = terms_of(pack, project.rules_of(pack), settings)
    read = tables_read(pack)
    others = [name for name in project.packs if name != pack.id]

    def fill_facts(connection: Connection) -> None:
        create_facts(connection, pack, terms, TABLE)

    def fill_judged(connection: Connection) -> None:
        judge_claims(connection, pack, settings, others, TABLE)

    return COMPUTED | {
        PRICE_GAP_TABLE: PRICE_GAP,
        SPENDING_EFFECT: spending_effect_table(pack.id, pack.versions[0].first_day),
        TABLE: ComputedTable(FACT_COLUMNS, fill_facts, read),
        JUDGED: ComputedTable(JUDGED_COLUMNS, fill_judged, frozenset({TABLE})),
        COMPONENT_VALUE: component_table(project),
    }
