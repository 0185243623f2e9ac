"""Options that commands share, each with the help that teaches it."""

from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """What an answer is printed as: text for people, json for programs."""

    TEXT = "text"
    JSON = "json"


class FindingsFormat(StrEnum):
    """What findings are printed as; sarif and github are for code hosts."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


PolicyOption = Annotated[
    list[str] | None,
    typer.Option(
        "--policy",
        "-p",
        metavar="FILE|ID",
        help="A mandate file, or the id of a shipped policy; give it several times for several. "
        "Unsaid: the mandates beside the book that its accounts name.",
        show_default=False,
    ),
]
BookOption = Annotated[
    str,
    typer.Option(
        "--book",
        "-b",
        metavar="DIR|URL",
        help="The folder of CSV files that describes the accounts, or a database: sqlite:///FILE.db, "
        "postgresql://…",
    ),
]
KnownOption = Annotated[
    datetime | None,
    typer.Option(
        "--known",
        formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"],
        metavar="MOMENT",
        help="Answer from what a database knew then (UTC; a day alone: at its end). Unsaid: now.",
        show_default=False,
    ),
]
AsOfOption = Annotated[
    datetime | None,
    typer.Option(
        "--as-of",
        formats=["%Y-%m-%d"],
        metavar="DATE",
        help="Judge the book as of this day. Unsaid: the last date in prices.csv.",
        show_default=False,
    ),
]
FormatOption = Annotated[Format, typer.Option("--format", help="text for people, json for programs.")]
ByOption = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="PERSON",
        envvar="GUARDBAND_PERSON",
        help="Who asks, for the decision log. Unsaid: the name you are logged in by.",
        show_default=False,
    ),
]


def _file(path: Path | None) -> Path | None:
    """Return the path of a file; an address in its place would become a folder of that name."""
    if path is not None and path.parts and path.parts[0] in ("sqlite:", "postgresql:"):
        raise typer.BadParameter(f"`{path}` is an address; name the log's file, such as {path.name}")
    return path


LogOption = Annotated[
    Path | None,
    typer.Option(
        "--log",
        metavar="FILE.db",
        help="Keep the decision log of a folder in this file. A database keeps its own.",
        show_default=False,
        callback=_file,
    ),
]
DryRunOption = Annotated[
    bool, typer.Option("--dry-run", help="Record nothing; halts and approvals of the log still count.")
]
