"""What a delivery may not do to what other deliveries told: each with place and cure.

One folder's `T1` and another folder's `T1` would be one transaction, a split told twice would split twice,
and lots told for some accounts only would hide the others' history. All are refused, nothing is guessed.
"""

from collections.abc import Iterator

from sqlalchemy import Table, select
from sqlmodel import Session

from engine.facts.failure import InputError, InputErrors
from engine.facts.transactions import Transaction, TransactionType
from engine.shell.store.delivery import Delivery
from engine.shell.store.recording import table_of
from engine.shell.store.schema import households, imports, lots, policies, securities


def refuse_contradictions(session: Session, delivery: Delivery) -> None:
    """Raise InputErrors with everything in a delivery that the store cannot take in beside what it holds."""
    problems = (
        *_unknown_names(session, delivery),
        *_transactions(session, delivery),
        *_told_for_some(session, delivery),
        *_published(session, delivery),
    )
    if problems:
        raise InputErrors(problems)


def known_accounts(session: Session) -> frozenset[str]:
    """Return the accounts that the store knows now."""
    return frozenset(_names(session, table_of(households.AccountRow), "account"))


def _names(session: Session, table: Table, column: str) -> set[str]:
    rows = session.execute(select(table.c[column]).where(table.c.superseded_at.is_(None)))
    return {row[0] for row in rows}


def _unknown_names(session: Session, delivery: Delivery) -> Iterator[InputError]:
    """Yield accounts and symbols that a part of a book names and nobody knows."""
    records = delivery.records
    if delivery.complete:
        return  # its files were checked against each other
    people = known_accounts(session) | set(records.accounts)
    papers = _names(session, table_of(securities.SecurityRow), "symbol") | set(records.securities)
    named = [
        *((row.account, row.symbol, _place(row, delivery)) for row in records.transactions or ()),
        *((row.account, row.symbol, f"{delivery.source}, lot {row.lot}") for row in records.lots or ()),
        *((row.account, row.symbol, f"{delivery.source}, order {row.order}") for row in records.open_orders),
        *((None, row.symbol, f"{delivery.source}, price of {row.date}") for row in records.prices),
    ]
    for account, symbol, place in named:
        if account and account not in people:
            cure = "import the book that holds the account, or correct the name"
            yield InputError(f"there is no account `{account}`", place=place, cure=cure)
        if symbol is not None and symbol not in papers:
            cure = "import the book that describes the security, or correct the name"
            yield InputError(f"there is no security `{symbol}`", place=place, cure=cure)


def _place(row: Transaction, delivery: Delivery) -> str:
    name = "transactions.csv" if delivery.format == "book" else delivery.source
    return f"{name} row {row.row}" if row.row else f"{name}, transaction {row.id}"


def _transactions(session: Session, delivery: Delivery) -> Iterator[InputError]:
    table = table_of(lots.TransactionRow)
    c = table.c
    rows = session.execute(
        select(c.reference, c.account, c.type, c.symbol, c.day).where(c.superseded_at.is_(None))
    ).all()
    own = set(delivery.records.accounts)
    elsewhere = {row.reference: row.account for row in rows if row.account and row.account not in own}
    splits = {(row.symbol, row.day): row.reference for row in rows if not row.account and row.type == "split"}
    for row in delivery.records.transactions or ():
        holder = elsewhere.get(row.id)
        if holder is not None and holder != row.account:
            yield InputError(
                f"transaction `{row.id}` is known already, in account `{holder}`",
                place=f"{_place(row, delivery)}, column id",
                cure="give the transactions of each book names of their own",
            )
        known = splits.get((row.symbol, row.date)) if row.type is TransactionType.SPLIT else None
        if known is not None and not row.account and known != row.id:
            yield InputError(
                f"the split of `{row.symbol}` on {row.date} is known already as `{known}`",
                place=f"{_place(row, delivery)}, column id",
                cure=f"name it `{known}` here too, or delete the row",
            )


def _told_for_some(session: Session, delivery: Delivery) -> Iterator[InputError]:
    """Yield what is told for the accounts of the delivery and not for the others, or the reverse."""
    table = table_of(imports.ToldRow)
    rows = session.execute(select(table.c.account, table.c.family).where(table.c.superseded_at.is_(None)))
    records = delivery.records
    own = set(records.accounts)
    others = known_accounts(session) - own
    told: dict[str, set[str]] = {"lots": set(), "transactions": set()}
    for account, family in rows:
        told.setdefault(family, set()).add(account)
    for family, given in (("lots", records.lots), ("transactions", records.transactions)):
        if not others or not own or bool(told[family] & others) == (given is not None):
            continue
        reason = (
            f"the database has {family} of other accounts, this book has no {family}.csv"
            if given is None
            else f"this book has {family}.csv, the database has no {family} of other accounts"
        )
        cure = "tell both in the same way (a header alone will do), or import into a database of its own"
        yield InputError(reason, place=delivery.source, cure=cure)


def _published(session: Session, delivery: Delivery) -> Iterator[InputError]:
    """Yield policies of a folder that people have published: those change by publishing alone."""
    table, kept = table_of(policies.PolicyRow), table_of(policies.MandateRow)
    rows = session.execute(
        select(table.c.policy, table.c.version, kept.c.text)
        .join(kept, kept.c.id == table.c.mandate_id)
        .where(table.c.superseded_at.is_(None), table.c.published_by.is_not(None))
    )
    published: dict[str, dict[str, str]] = {}
    for policy, version, text in rows:
        published.setdefault(policy, {})[version] = text
    for mandate in delivery.mandates:
        versions = published.get(mandate.policy.id)
        if versions is not None and versions.get(mandate.policy.version) != mandate.text:
            yield InputError(
                f"policy `{mandate.policy.id}` was published; an import does not change it",
                place=mandate.policy.file,
                cure="publish the new version, or take the file out of the folder",
            )
