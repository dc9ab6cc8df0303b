"""Predicts how likely it is that a product category has to be bought again."""

__version__ = "1.0.0"
