"""Readiness: the six needs, measured from a firm's own data."""
