"""Tables that SQL alone cannot make, by name: loans' costs, working days."""

from __future__ import annotations

from esg.policy.cost import COST_TABLES
from esg.policy.days import TABLE, WORKING_DAY

COMPUTED = COST_TABLES | {TABLE: WORKING_DAY}
"""Filled where a query reads one, empty otherwise."""
