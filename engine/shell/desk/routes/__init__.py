"""The desk's routes: one module for each part of the day's work."""
