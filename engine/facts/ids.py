"""Ids as distinct types, so that an account id cannot be passed where a lot id is due."""

from typing import NewType

AccountId = NewType("AccountId", str)
HouseholdId = NewType("HouseholdId", str)
Symbol = NewType("Symbol", str)
LotId = NewType("LotId", str)
TransactionId = NewType("TransactionId", str)
