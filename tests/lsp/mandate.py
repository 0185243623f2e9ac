"""A mandate with every kind of name, and the document that its clauses are in."""

BODY = """policy "Growth"
  id test.growth
  version 1.0.0
  extends firm.base version 7.0.0
  source ips = "Statement" clauses from "ips.txt"

parameter company_cap = 5% between 1% and 10%

define equities as holdings where asset_class is equity
define bonds as holdings where asset_class is fixed_income

rule CAP "One company"
  for each issuer in equities
  limit weight to at most company_cap
  because ips "§1" quoting "five per cent"

rule MIX "Shares and bonds"
  limit equities_weight plus bonds_weight to at most 95%
  because ips "§2"

waive CAP for account "A" up to 6% until 2999-12-31 approved by "CCO" because ips "§1"

example "at the limit"
  given holding "X" weight 4% with issuer "X Corp", asset_class equity
  trade buy 10,000 USD of "X"
  expect pass

example "above it"
  given holding "X" weight 4% with issuer "X Corp", asset_class equity
  trade buy 20,000 USD of "X"
  expect block by CAP

example "wrongly expected"
  given holding "X" weight 4% with issuer "X Corp", asset_class equity
  trade buy 20,000 USD of "X"
  expect CAP measured 7%
"""

DOCUMENT = "§1 No company above five per cent.\n§2 Five per cent of cash.\n"
