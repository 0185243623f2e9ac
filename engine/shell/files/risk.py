"""A factor model in three files: loadings, factor covariance and specific risk, each per year.

risk_exposures.csv       symbol,market,value      one row a symbol, one column a factor
risk_covariance.csv      factor,market,value      square and symmetric
risk_specific.csv        symbol,specific          a standard deviation: 0.20 is 20% a year
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from engine.facts.book import RiskModel
from engine.facts.failure import InputError
from engine.facts.ids import Symbol
from engine.shell.files.cells import number, positive_share
from engine.shell.files.sheets import Sheet
from engine.shell.files.table import Column, Rows, Table, read_table

NAMES = ("risk_exposures", "risk_covariance", "risk_specific")


def read_risk(sheets: Mapping[str, Sheet], problems: list[InputError]) -> tuple[RiskModel | None, Rows]:
    """Return the factor model, None where its files are absent, and the rows of its loadings."""
    found = [name for name in NAMES if name in sheets]
    nothing = Rows(place="risk_exposures.csv", names=frozenset())
    if not found:
        return None, nothing
    if len(found) < len(NAMES):
        missing = ", ".join(f"{name}.csv" for name in NAMES if name not in sheets)
        cure = "a factor model has all three of risk_exposures, risk_covariance and risk_specific"
        problems.append(InputError(f"{missing} is missing", place=sheets[found[0]].place, cure=cure))
        return None, nothing
    exposures = _matrix(sheets["risk_exposures"], "symbol")
    covariance = _matrix(sheets["risk_covariance"], "factor")
    columns = (Column("symbol", need="cell"), Column("specific", positive_share, need="cell"))
    specific = read_table(
        sheets["risk_specific"], Table(name="risk_specific", key=("symbol",), columns=columns)
    )
    before = len(problems)
    problems += exposures.problems + covariance.problems + specific.problems
    factors = tuple(name for name in sheets["risk_exposures"].header if name != "symbol")
    if len(problems) == before:
        problems += _disagreements(factors, sheets["risk_covariance"], covariance)
    if len(problems) > before:
        return None, exposures
    model = RiskModel(
        factors=factors,
        exposures={
            Symbol(row.need("symbol", str)): {name: row.need(name, Decimal) for name in factors}
            for row in exposures.rows
        },
        covariance={
            (row.need("factor", str), name): row.need(name, Decimal)
            for row in covariance.rows
            for name in factors
        },
        specific={Symbol(row.need("symbol", str)): row.need("specific", Decimal) for row in specific.rows},
    )
    return model, exposures


def _matrix(sheet: Sheet, key: str) -> Rows:
    """Read a sheet of numbers whose first named column is `key` and all others are factors."""
    factors = tuple(Column(name, number, need="cell") for name in sheet.header if name != key)
    return read_table(sheet, Table(name=key, key=(key,), columns=(Column(key, need="cell"), *factors)))


def _disagreements(factors: tuple[str, ...], sheet: Sheet, covariance: Rows) -> Iterator[InputError]:
    columns = tuple(name for name in sheet.header if name != "factor")
    if set(columns) != set(factors) or covariance.names != frozenset(factors):
        yield InputError(
            f"its factors are not those of risk_exposures.csv ({', '.join(factors)})",
            place=sheet.place,
            cure="give it one row and one column for each factor",
        )
        return
    cells = {
        (row.need("factor", str), name): row.need(name, Decimal)
        for row in covariance.rows
        for name in factors
    }
    for row in covariance.rows:
        for name in factors:
            one, two = row.need("factor", str), name
            if one < two and cells[one, two] != cells[two, one]:
                yield InputError(
                    f"the covariance of `{one}` and `{two}` is {cells[one, two]} here and "
                    f"{cells[two, one]} the other way round",
                    place=row.at(name),
                    cure="write the same number in both cells",
                )
