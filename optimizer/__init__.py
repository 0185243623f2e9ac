"""The optimizer: trades from the grounded rulebook, rounded to whole shares and passed by the gate.

It reads forms, never rule text, and decides nothing: what it proposes has been through the gate, which
is handed in. Every row keeps its rule, so that prices and conflicts are told in rules and clauses.
"""
