"""The compiled form of policies: one headroom form per rule and group, read by gate and optimizer alike."""
