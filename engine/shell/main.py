"""The `guardband` command: one typer application, one module per command (see `engine.shell.menu`).

Every failure becomes a message with place and cure and an exit status: 0 clean, 1 breaches or
findings, 2 wrong use or unreadable input, 3 internal error.
"""

import os
import sys

import typer

from engine.shell.console import EXIT_INTERNAL, EXIT_WRONG_USE, complain
from engine.shell.menu import MARKUP, Menu

app = typer.Typer(
    name="guardband",
    help="Mandates that run: write the rules once, in words; they constrain the optimizer, gate every "
    "trade list and explain every verdict.\n\nStart with `guardband demo`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=MARKUP,
    cls=Menu,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        from engine.shell.version import VERSION

        typer.echo(f"guardband {VERSION}")
        raise typer.Exit


@app.callback()
def _guardband(
    version: bool = typer.Option(
        False, "--version", help="Print the version and leave.", callback=_version, is_eager=True
    ),
) -> None:
    """Mandates that run."""


def main() -> None:
    """Run the command line; never shows a traceback unless GUARDBAND_DEBUG is set."""
    from engine.facts.failure import GuardbandError

    try:
        app()
    except GuardbandError as problem:
        complain(f"guardband: {problem}")
        sys.exit(EXIT_WRONG_USE)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as problem:
        complain(f"guardband: {problem.filename or 'the system'}: {problem.strerror or problem}")
        sys.exit(EXIT_WRONG_USE)
    except Exception as problem:
        if os.environ.get("GUARDBAND_DEBUG"):
            raise
        complain(
            f"guardband: internal error ({type(problem).__name__}: {problem})\n"
            "  cure: run it again with GUARDBAND_DEBUG=1 set and send us what it prints"
        )
        sys.exit(EXIT_INTERNAL)


if __name__ == "__main__":
    main()
