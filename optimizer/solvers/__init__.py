"""Adapters: one module per foreign solver, so that another can stand in for it."""
