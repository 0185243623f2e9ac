"""The parts of the one table of benchmarks: each returns its rows at a size, beside its peers."""
