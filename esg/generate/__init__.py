"""Synthetic data: an invented lender of any size, the same bytes for the same seed."""

from __future__ import annotations

from esg.generate.files import FILES, Written
from esg.generate.lender import DEFAULT_LOANS, DEFAULT_SEED, Plan, generate
from esg.generate.settings import FOLDER, refuse_other_settings, write_settings

__all__ = [
    "DEFAULT_LOANS",
    "DEFAULT_SEED",
    "FILES",
    "FOLDER",
    "Plan",
    "Written",
    "generate",
    "refuse_other_settings",
    "write_settings",
]
