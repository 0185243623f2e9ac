"""What the answer takes for granted: numbers that no rule settles, each with where it comes from."""

from decimal import Decimal

from engine.facts.ids import AccountId
from engine.facts.money import plain, rounded
from optimizer.build import Problem
from optimizer.proposal import Assumption
from optimizer.stated import Given, aversion, rule_prices, ticket_cost, trading_cost


def assumptions(problem: Problem) -> tuple[Assumption, ...]:
    """Return the assumptions of a problem, in fixed order."""
    found = [*_aversions(problem), *_costs(problem)]
    if any(policy.harvest is not None for policy in problem.ground.rulebook.policies):
        found.append(
            Assumption(
                name="losses below the harvest threshold",
                value="weigh nothing in the search",
                words="the mandate harvests larger losses only; the tax told counts every loss of the list",
            )
        )
    found.extend(_prices(problem))
    found.extend(_netting(problem))
    for account in problem.accounts:
        found.extend(_account(problem, account))
    return tuple(found)


def _netting(problem: Problem) -> list[Assumption]:
    """Return how gains and losses count beside each other."""
    if all(problem.ground.book.accounts[account].is_retirement for account in problem.accounts):
        return []
    if problem.netting is None:
        words = (
            "a gain or loss counts at the rate of its own kind, a loss as if it met a gain of that kind now "
            "or later; where an account states a carryover or what it has realized, the year is netted"
        )
        return [Assumption(name="netting", value="each kind by itself", words=words)]
    netted = problem.netting.of
    words = (
        f"the year's short-term gains stand at {plain(rounded(netted.short, places=2))}, its long-term "
        f"gains at {plain(rounded(netted.long, places=2))}, carryovers taken off; the list ends at "
        f"{problem.netting.cone.words}; a net loss is taken to be used in a later year at its own rate"
    )
    return [Assumption(name="netting", value="over the year's return", words=words)]


def _aversions(problem: Problem) -> list[Assumption]:
    """Return what drift is priced at; one row where all accounts agree."""
    risk = (
        "tracking error by the book's factor model"
        if problem.factors.is_model
        else "drift priced by assumed volatilities: class (equity 16%), sector 10%, own 28%, funds 5%"
    )
    ground, settings = problem.ground, problem.settings
    return [
        Assumption(
            name=name,
            value=plain(given.value),
            words=f"drift costs {plain(given.value)} times its variance times net assets a year"
            f"{_by(given)}; {risk}",
        )
        for name, given in _each("drift", {a: aversion(ground, a, settings) for a in problem.accounts})
    ]


def _costs(problem: Problem) -> list[Assumption]:
    ground, settings = problem.ground, problem.settings
    found = [
        Assumption(
            name=name,
            value=f"{plain(given.value)} bps",
            words=f"buying and selling cost {plain(given.value)} bps of the value traded{_by(given)}",
        )
        for name, given in _each(
            "trading cost", {a: trading_cost(ground, a, settings) for a in problem.accounts}
        )
    ]
    for name, given in _each("ticket", {a: ticket_cost(ground, a, settings) for a in problem.accounts}):
        if given.value:
            words = f"each order costs {plain(given.value)}, whatever its size{_by(given)}; the lots that an"
            words += " order sells share it"
            found.append(Assumption(name=name, value=plain(given.value), words=words))
    return found


def _each(name: str, given: dict[AccountId, Given]) -> list[tuple[str, Given]]:
    """Return one row where every account has the same, else one for each account."""
    if len(set(given.values())) <= 1:
        return [(name, row) for row in list(given.values())[:1]]
    return [(f"{name} of {account}", row) for account, row in given.items()]


def _by(given: Given) -> str:
    return "" if given.source == "assumed" else f" ({given.source})"


def _prices(problem: Problem) -> list[Assumption]:
    """Return the stated prices of rules that warn; a rule without linear rows is kept whatever its price."""
    prices: dict[str, Decimal] = dict(rule_prices(problem.ground)) if problem.settings.stated else {}
    kept = {need.limit.rule.rule.id for need in problem.curved}
    hard = {need.limit.rule.rule.id for need in problem.wanted if need.price is None}
    found = []
    for rule, price in sorted(prices.items()):
        words = f"{rule} warns: each unit by which its limit is left costs {plain(price)}"
        if rule in kept:
            words = f"{rule} has no exact row and is kept in full, whatever its price"
        elif rule in hard:
            words = f"{rule} is kept in full where it blocks, or may not be worsened, whatever its price"
        found.append(Assumption(name=f"price of {rule}", value=plain(price), words=words))
    return found


def _account(problem: Problem, account: AccountId) -> list[Assumption]:
    row = problem.ground.book.accounts[account]
    source = problem.aims.source.get(account, "")
    found = [Assumption(name=f"target of {account}", value=source, words=f"{account} aims at {source}")]
    if row.is_retirement:
        return found
    settings = problem.settings
    short = settings.short_term_rate if row.short_term_rate is None else row.short_term_rate
    long = settings.long_term_rate if row.long_term_rate is None else row.long_term_rate
    stated = row.short_term_rate is not None and row.long_term_rate is not None
    found.append(
        Assumption(
            name=f"tax rates of {account}",
            value=f"short {short}, long {long}",
            words="all-in marginal rates, " + ("stated by the account" if stated else "assumed"),
        )
    )
    return found
