"""Dated rules applied to loans: facts, explanations, comparisons, reconciliation."""
