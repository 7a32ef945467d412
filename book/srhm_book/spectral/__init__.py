"""Kernel ridge regression in low dimension: where the spectral-bias prediction fails."""
