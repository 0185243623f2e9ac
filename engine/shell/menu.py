"""The menu of commands: what `guardband --help` tells without reading a single command.

A command's module is read when the command is named, so that the help of the whole opens at once. With 40
commands of 2 ms each, and a further 0.15 s for the library that draws boxes, the help took half a second;
drawn here from the lines below it takes as long as the start of the interpreter and of the option reader.

Terms: an *entry* is one line of the menu: the word, the people whom it is for, one sentence, and the place of
its function (or of a group of commands). A test holds each sentence against the first of its command.
"""

import shutil
import sys
import textwrap
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, Final

import typer
from typer.core import TyperGroup

EVERYONE = "Everyone"
OFFICERS = "Compliance officers"
MANAGERS = "Portfolio managers"
OPERATIONS = "Tax and operations"
AUDITORS = "Auditors"

MARKUP: Final = "markdown"
WIDEST = 160
"""Columns beyond which a line is no easier to read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the menu."""

    word: str
    panel: str
    told: str
    place: str
    """Module and name under `engine.shell.commands`: `gate.gate`, or `orders.app` for a group."""


def _entries(panel: str, *lines: tuple[str, str, str]) -> tuple[Entry, ...]:
    return tuple(Entry(word=word, panel=panel, told=told, place=place) for word, place, told in lines)


# fmt: off
ENTRIES = (
    *_entries(EVERYONE,
     ("demo", "demo.demo",
      "Check, rebalance, harvest and explain an invented household at real market prices."),
     ("readiness", "readiness.readiness",
      "Measure rules, lots, structure, interfaces, upkeep and the ways in and out; a bad book too."),
     ("init", "init.init", "Write a small working book, a mandate and a trade list, ready to be edited."),
     ("doctor", "doctor.doctor",
      "Look at this installation: packages, compiler, rules engine, a trial proposal, extras, a database."),
    ),
    *_entries(OFFICERS,
     ("check", "check.check",
      "Find everything that is wrong with a mandate: syntax, names, units, ranges, dates."),
     ("fmt", "fmt.fmt", "Rewrite mandate files in their usual form; what they mean does not change."),
     ("test", "examples.run",
      "Run the examples in mandate files: each trades on a small invented book and says what to expect."),
     ("explain", "explain.explain",
      "Say in plain words what a rule limits, on which data, how it compiles, and who may relax it."),
     ("doc", "doc.doc",
      "Write the handbook: each clause of the signed documents beside the rules that stand for it."),
     ("lsp", "lsp.lsp", "Answer an editor about mandates, over standard input and output."),
     ("lint", "lint.lint",
      "Find rules that contradict each other, never bind or never pass, and what `check` finds too."),
     ("query", "query.query",
      "List the rules for which a condition holds, in the words of the language itself."),
     ("diff", "diff.diff",
      "Say which rules admit more or less than before, each with a portfolio and a list as proof."),
     ("impact", "impact.impact",
      "Say which accounts would stand in breach, and which past trades would have got another verdict."),
     ("publish", "publish.publish",
      "Check, lint and test a new version, tell what it admits and whom it affects, and record it pending."),
     ("approve", "approve.approve",
      "Approve a pending version, which is in force from its date, or a decision that asks for approval."),
     ("waive", "waive.waive",
      "Write a waiver into the policy's next version, which the approver then puts into force."),
     ("halt", "halt.halt",
      "Halt an account, a security or everything: gate and rebalance answer block, with the reason."),
    ),
    *_entries(MANAGERS,
     ("drift", "drift.drift",
      "Show each class against its target and band, and which accounts call for a rebalance."),
     ("gate", "gate.gate",
      "Judge a trade list: every trade and every rule, with the numbers and what would pass."),
     ("headroom", "headroom.headroom",
      "Show how much may be bought or sold today, in one trade alone, and which rule stops one share more."),
     ("rebalance", "rebalance.rebalance",
      "Propose trades towards the targets, lot by lot, with taxes and costs weighed in money."),
     ("repair", "repair.repair",
      "Make a list pass with the smallest change: fewest trades touched, then least money."),
     ("why", "why.why",
      "Tell why each trade is proposed: drift, tax now and later, cost, and what rules charge for room."),
     ("why-not", "why_not.why_not", "Tell, for each account and side, why a security is not traded."),
     ("simulate", "simulate.simulate",
      "Replay the prices of a book day by day, compare runs: after-tax return, tax alpha, losses, breaches."),
     ("harvest", "harvest.harvest",
      "Propose harvests: lots that the mandate's `harvest losses` selects, replaced by substitutes."),
     ("orders", "orders.app", "Send what the gate passed, once; receive fills, cancel, reconcile."),
    ),
    *_entries(OPERATIONS,
     ("lots", "lots.lots",
      "Show what the transactions come to: open lots, disposals, disallowed and recognized losses."),
     ("tax", "tax.tax",
      "Tell a household's tax year, as known on a day: January purchases may still change December."),
     ("import", "import_.import_",
      "Bring a file into a book; the same file a second time changes nothing."),
     ("serve", "serve.serve",
      "Serve a book: check, gate, proposals, lots and the decision log, under /v1, for keys and sessions."),
     ("monitor", "monitor.app",
      "Find drift, breaches, harvests, doubtful data and days to come; tell each once."),
     ("db", "db.app", "Lay out and keep up the database that books, policies and decisions lie in."),
     ("user", "user.app", "Keep the users of a database and their keys."),
    ),
    *_entries(AUDITORS,
     ("report", "report.report",
      "Write a report: for the client, the committee, the auditor, the officer or the accountant."),
     ("audit", "audit.app", "Verify, replay and export the decision log."),
    ),
)
# fmt: on


class OnDemand(MutableMapping[str, Any]):
    """The commands by their words; each is read and made when it is asked for."""

    def __init__(self) -> None:
        self._entries = {entry.word: entry for entry in ENTRIES}
        self._made: dict[str, Any] = {}

    def __getitem__(self, word: str) -> Any:
        if word not in self._made:
            self._made[word] = _made(self._entries[word])
        return self._made[word]

    def __setitem__(self, word: str, command: Any) -> None:
        self._made[word] = command

    def __delitem__(self, word: str) -> None:
        del self._made[word]

    def __contains__(self, word: object) -> bool:
        return word in self._entries or word in self._made

    def __iter__(self) -> Iterator[str]:
        return iter({**self._entries, **self._made})

    def __len__(self) -> int:
        return len({**self._entries, **self._made})


def _made(entry: Entry) -> Any:
    module, name = entry.place.split(".")
    found = getattr(import_module(f"engine.shell.commands.{module}"), name)
    if isinstance(found, typer.Typer):
        command: Any = typer.main.get_group(found)
    else:
        alone = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=MARKUP)
        alone.command(entry.word)(found)
        command = typer.main.get_command(alone)
    command.name = entry.word
    return command


class Menu(TyperGroup):
    """The group of all commands, whose own help is drawn from the menu."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = OnDemand()

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the words of all commands, in the order of the menu."""
        return list(self.commands)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of the whole: use, options, and one box of commands for each kind of reader."""
        width = min(shutil.get_terminal_size().columns, WIDEST)
        options = [told for param in self.get_params(ctx) if (told := param.get_help_record(ctx))]
        formatter.write(f"\n {self.get_usage(ctx)}\n\n")
        for paragraph in (self.help or "").split("\n\n"):
            for line in textwrap.wrap(paragraph.replace("`", ""), width - 2):
                formatter.write(f" {line}\n")
            formatter.write("\n")
        formatter.write(_box("Options", options, width=width))
        first = max(len(entry.word) for entry in ENTRIES)
        for panel in dict.fromkeys(entry.panel for entry in ENTRIES):
            rows = [(entry.word, entry.told.replace("`", "")) for entry in ENTRIES if entry.panel == panel]
            formatter.write(_box(panel, rows, width=width, first=first))


def _box(title: str, rows: list[tuple[str, str]], *, width: int, first: int = 0) -> str:
    """Return rows of word and sentence in a box as wide as the terminal; a long sentence is carried on."""
    corner, bar, side = _strokes()
    first = first or max(len(word) for word, _ in rows)
    room = max(width - first - 6, 20)
    lines = [f"{corner[0]}{bar} {title} {bar * (width - len(title) - 5)}{corner[1]}"]
    for word, told in rows:
        for number, part in enumerate(textwrap.wrap(told, room) or [""]):
            shown = typer.style(f"{word if number == 0 else '':<{first}}", fg=typer.colors.CYAN, bold=True)
            lines.append(f"{side} {shown}  {part:<{room}} {side}")
    return "\n".join([*lines, f"{corner[2]}{bar * (width - 2)}{corner[3]}"]) + "\n"


def _strokes() -> tuple[str, str, str]:
    """Return corners, bar and side of a box, in characters that the terminal can show."""
    try:
        "╭─│".encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return "++++", "-", "|"
    return "╭╮╰╯", "─", "│"
