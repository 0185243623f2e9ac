"""`guardband doc`: a handbook of the policy, clause by clause."""

from pathlib import Path
from typing import Annotated

import typer


def doc(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A mandate file.")],
    out: Annotated[Path, typer.Option("--out", "-o", metavar="FILE", help="The file to write.")] = Path(
        "handbook.html"
    ),
) -> None:
    """Write the handbook: each clause of the signed documents beside the rules that stand for it.

    One HTML file that needs no network and prints: rules in plain words and in their own text, their
    examples with results, waivers, bands, dials, and which clauses nobody encoded. The same mandate gives
    the same file, byte for byte.

    Exit status: 0, or 2 for a file with errors.

    Example: `guardband doc household.mandate --out handbook.html`
    """
    from engine.shell.handbook import handbook_of
    from engine.shell.saving import save
    from reports.handbook import handbook_html

    save(out, handbook_html(handbook_of(file)))
    typer.echo(f"handbook written to {out}")
