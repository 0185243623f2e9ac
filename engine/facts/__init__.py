"""Plain values that every stage shares: securities, accounts, lots, transactions, trades, prices, books.

Nothing here computes a rule or a tax. Each value is frozen, slotted and keyword-only; amounts are
`Decimal`, days are `date`, ids are `NewType`s. A row of a file becomes one of these at the boundary
(`engine.shell`) and is never changed afterwards, only replaced.
"""
