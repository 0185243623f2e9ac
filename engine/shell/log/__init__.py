"""The decision log: append-only, chained by hashes, with all it takes to reach each decision again."""
