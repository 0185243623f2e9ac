"""What the answer takes for granted: numbers that no rule settles, each with where it comes from."""

from optimizer.build import Problem
from optimizer.proposal import Assumption


def assumptions(problem: Problem) -> tuple[Assumption, ...]:
    """Return the assumptions of a problem, in fixed order."""
    settings, factors = problem.settings, problem.factors
    risk = (
        "tracking error by the book's factor model"
        if factors.is_model
        else "drift priced by assumed volatilities: class (equity 16%), sector 10%, own 28%, funds 5%"
    )
    found = [
        Assumption(
            name="drift",
            value=f"{settings.aversion}",
            words=f"drift costs {settings.aversion} times its variance times net assets a year; {risk}",
        ),
        Assumption(
            name="trading cost",
            value=f"{settings.cost_bps} bps",
            words=f"buying and selling cost {settings.cost_bps} bps of the value traded",
        ),
    ]
    if any(policy.harvest is not None for policy in problem.ground.rulebook.policies):
        found.append(
            Assumption(
                name="losses below the harvest threshold",
                value="weigh nothing in the search",
                words="the mandate harvests larger losses only; the tax told counts every loss of the list",
            )
        )
    for account in problem.accounts:
        found.extend(_account(problem, account))
    return tuple(found)


def _account(problem: Problem, account: str) -> list[Assumption]:
    row = next(a for key, a in problem.ground.book.accounts.items() if key == account)
    source = problem.aims.source.get(row.account, "")
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
