"""Monitoring: what a person should look at, found day by day, told once, and followed until it is gone."""
