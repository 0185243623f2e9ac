"""Other countries' rules for losses and repurchases, over the same transactions and rows.

Canada denies a loss and carries it in a pooled cost; the United Kingdom denies nothing and matches instead;
Germany has FIFO for each account and no such rule. Australia's is a question of purpose, not a computation,
and is refused by name.
"""
