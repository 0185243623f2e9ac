"""One mandate for each measure: a rule that uses it, a list that passes, and one that breaches."""
