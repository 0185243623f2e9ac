"""What a mandate says, as rows: rules, limits, bands, citations and the other statements.

Every row belongs to a mandate and is as immutable as its text. Shares are fractions of one.
"""

from datetime import date
from decimal import Decimal

from sqlmodel import Field, SQLModel

from engine.shell.store.columns import Exact


class RuleRow(SQLModel, table=True):
    """One compiled rule, also those inherited; a band of a `targets` statement names its class."""

    __tablename__ = "rules"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    mandate_id: int = Field(foreign_key="mandates.id", index=True)
    policy: str  # where it is written
    rule: str = Field(index=True)
    title: str
    target: str | None = None
    kind: str  # limit, forbid, allow_only or require
    obligation: str
    measure: str = Field(index=True)
    unit: str
    form_class: str
    scope: str
    for_each: str | None = Field(default=None, index=True)
    each_of: str | None = None  # the subject of `for each … in`
    subject: str
    bound: str | None = None
    base: str
    valued_at: str
    looking_through: bool
    tested: str
    when_words: str | None = None
    unless_words: str | None = None
    warn_from: str | None = None
    missing: str
    on_active: str
    on_passive: str
    exception_to: str | None = None
    effective_from: date | None = None
    effective_until: date | None = None
    file: str
    line: int


class LimitRow(SQLModel, table=True):
    """One bound of a limit.

    `value` where the bound is one number; `never_above` and `never_below` where something is known of it
    whatever the data say: `the smaller of 5% and benchmark_weight` is never above 0.05.
    """

    __tablename__ = "limits"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    rule_id: int = Field(foreign_key="rules.id", index=True)
    side: str  # at_most or at_least
    words: str
    unit: str | None = None
    currency: str | None = None
    value: Decimal | None = Field(default=None, sa_type=Exact)
    never_above: Decimal | None = Field(default=None, sa_type=Exact)
    never_below: Decimal | None = Field(default=None, sa_type=Exact)
    parameter: str | None = None


class BandRow(SQLModel, table=True):
    """One class of a `targets` statement with what its band comes to."""

    __tablename__ = "bands"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    mandate_id: int = Field(foreign_key="mandates.id", index=True)
    targets: str
    name: str  # of the class
    subject: str
    target: Decimal | None = Field(default=None, sa_type=Exact)
    low: Decimal = Field(sa_type=Exact)
    high: Decimal = Field(sa_type=Exact)
    within: str | None = None


class CitationRow(SQLModel, table=True):
    """A clause that a statement rests on; `rule_id` where the statement is a rule or a band."""

    __tablename__ = "citations"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    mandate_id: int = Field(foreign_key="mandates.id", index=True)
    rule_id: int | None = Field(default=None, foreign_key="rules.id", index=True)
    statement: str  # rule, targets, rebalance, harvest, identical, substitute, waive, manual
    name: str
    source: str
    clause: str = Field(index=True)
    quote: str | None = None


class SourceRow(SQLModel, table=True):
    """A document that clauses are cited from."""

    __tablename__ = "sources"

    mandate_id: int = Field(foreign_key="mandates.id", primary_key=True)
    source: str = Field(primary_key=True)
    title: str
    dated: date | None = None
    sha256: str | None = None
    clauses_from: str | None = None


class ClauseRow(SQLModel, table=True):
    """A clause of a document: every one where its text is at hand, else those that are cited."""

    __tablename__ = "clauses"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    mandate_id: int = Field(foreign_key="mandates.id", index=True)
    source: str
    clause: str
    position: int
    words: str | None = None  # None: the document's text is not at hand


class ManualRow(SQLModel, table=True):
    """A clause that a person judges."""

    __tablename__ = "manuals"

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    mandate_id: int = Field(foreign_key="mandates.id", index=True)
    source: str
    clause: str
    what: str
    reviewed_each: str
    reviewed_by: str


class ParameterRow(SQLModel, table=True):
    """A dial with its value for this client and its legal range."""

    __tablename__ = "parameters"

    mandate_id: int = Field(foreign_key="mandates.id", primary_key=True)
    parameter: str = Field(primary_key=True)
    words: str
    value: Decimal = Field(sa_type=Exact)
    low: Decimal | None = Field(default=None, sa_type=Exact)
    high: Decimal | None = Field(default=None, sa_type=Exact)
    unit: str


class IdenticalRow(SQLModel, table=True):
    """A member of a group of substantially identical securities."""

    __tablename__ = "identical_groups"

    mandate_id: int = Field(foreign_key="mandates.id", primary_key=True)
    identical: str = Field(primary_key=True)
    symbol: str = Field(primary_key=True)


class SubstituteRow(SQLModel, table=True):
    """What is bought in place of a harvested security; `rank` 1 comes first."""

    __tablename__ = "substitutes"

    mandate_id: int = Field(foreign_key="mandates.id", primary_key=True)
    symbol: str = Field(primary_key=True)
    rank: int = Field(primary_key=True)
    replacement: str
