"""Waivers: a cited, bounded, expiring permission, written into the policy's next version.

    next_text(text, Waiver(rule="CAP-1", noun="account", subject="TAX-1", up_to="9%", …), version="1.0.1")
    -> the same text, version 1.0.1, with
       waive CAP-1 for account "TAX-1" up to 9% until 2026-06-30 approved by "R. Okafor" because ips "§4"

The version is pending until the person whom the text names approves it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from engine.facts.failure import InputError

_VERSION = re.compile(r"^([ \t]*)version[ \t]+\d+\.\d+\.\d+", re.MULTILINE)
_EFFECTIVE = re.compile(r"^[ \t]*effective[ \t]+from[ \t]+\d{4}-\d{2}-\d{2}", re.MULTILINE)
_SUPERSEDES = re.compile(r"^[ \t]*supersedes[ \t]+version[ \t]+\d+\.\d+\.\d+", re.MULTILINE)
_RULE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_AMOUNT = re.compile(r"\d[\d,]*(\.\d+)?( ?%| ?[A-Za-z]+)?")
_STATEMENT = re.compile(r"^[a-z]", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver:
    """What is waived: `up_to` None where the rule has no amount."""

    rule: str
    noun: str  # account, issuer, …
    subject: str
    up_to: str | None
    until: date
    approver: str
    source: str
    clause: str

    @property
    def statement(self) -> str:
        """The statement of the language."""
        bound = "" if self.up_to is None else f" up to {self.up_to}"
        return (
            f"waive {self.rule} for {self.noun} {_quoted(self.subject)}{bound} until {self.until} "
            f"approved by {_quoted(self.approver)} because {self.source} {_quoted(self.clause)}"
        )


def waiver_from(
    rule: str, *, subject: str, up_to: str | None, until: date, approver: str, because: str
) -> Waiver:
    """Return a waiver from words: `account TAX-1`, `ips §4`. Raises InputError where they say too little."""
    noun, _, id_ = subject.strip().partition(" ")
    source, _, clause = because.strip().partition(" ")
    for words, form, place, cure in (
        (rule, _RULE, "RULE", "name a rule of the policy"),
        (noun, _WORD, "--for", 'write --for "account TAX-1"'),
        (source, _WORD, "--because", 'write --because "ips §4"'),
        (up_to, _AMOUNT, "--up-to", "write 9%, or 10,000 USD"),
    ):
        if words is not None and form.fullmatch(words) is None:
            raise InputError(f"`{words}` cannot be written into a mandate", place=place, cure=cure)
    if not id_.strip():
        raise InputError(f"`{subject}` names nobody", place="--for", cure='write --for "account TAX-1"')
    if not clause.strip():
        raise InputError(f"`{because}` is no clause", place="--because", cure='write --because "ips §4"')
    if not approver.strip():
        raise InputError("no approver is named", place="--approver", cure="name a second person")
    return Waiver(
        rule=rule,
        noun=noun,
        subject=id_.strip().strip('"'),
        up_to=up_to,
        until=until,
        approver=approver.strip(),
        source=source,
        clause=clause.strip().strip('"'),
    )


def next_text(text: str, waiver: Waiver, *, version: str, since: date) -> str:
    """Return a policy's text as its next version, in force from a day, with a waiver at the end."""
    found = _VERSION.search(text)
    assert found is not None, "a policy that is in force has a version"
    before = found[0].split()[-1]
    text = text[: found.start()] + f"{found[1]}version {version}" + text[found.end() :]
    text = _put(text, _EFFECTIVE, f"{found[1]}effective from {since.isoformat()}")
    text = _put(text, _SUPERSEDES, f"{found[1]}supersedes version {before}")
    return f"{text.rstrip()}\n\n{waiver.statement}\n"


def next_version(version: str, taken: Iterable[str]) -> str:
    """Return the next free version: 1.0.3 after 1.0.2."""
    used = frozenset(taken)
    major, minor, patch = (int(part) for part in version.split("."))
    while True:
        patch += 1
        if f"{major}.{minor}.{patch}" not in used:
            return f"{major}.{minor}.{patch}"


def _put(text: str, pattern: re.Pattern[str], line: str) -> str:
    """Put a clause into the header, in the place of the one that stands there or after the version."""
    version = _VERSION.search(text)
    assert version is not None, "a policy that is in force has a version"
    statement = _STATEMENT.search(text, version.end())
    found = pattern.search(text, 0, len(text) if statement is None else statement.start())
    if found is not None:
        return text[: found.start()] + line + text[found.end() :]
    return f"{text[: version.end()]}\n{line}{text[version.end() :]}"


def _quoted(words: str) -> str:
    if '"' in words or "\n" in words:
        raise InputError(f"`{words}` has a quotation mark", place="waive", cure="leave it out")
    return f'"{words}"'
