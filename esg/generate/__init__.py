"""Synthetic data: an invented lender of any size, the same bytes for the same seed."""

from __future__ import annotations

from esg.generate.lender import DEFAULT_LOANS, DEFAULT_SEED, generate

__all__ = ["DEFAULT_LOANS", "DEFAULT_SEED", "generate"]
