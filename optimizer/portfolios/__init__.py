"""Portfolios made up to try a policy on: what could be held, what is admitted, and the proof by the gate."""
