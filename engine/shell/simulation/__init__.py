"""Simulation: a book replayed day by day through monitor, optimizer, gate, ledger and taxes.

study    what is asked: a book, a stretch of days, money in and out, runs side by side
market   prices, dividends and splits by day, as the notes of a person treat them
state    what a simulation has come to by the end of a day, and how it is kept on disk
day      one day: splits, dividends, taxes, money in and out, then what is decided
decide   the monitor's findings, a proposal, a gate of its own, the fills
taxes    what a year and a liquidation cost
index    the benchmark as a fund that an investor with the same money would have held
figures  returns before and after tax, tax alpha, tracking error
run      one run of one household, resumed where it stopped; many at once
"""
