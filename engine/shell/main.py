"""The `guardband` command: one typer application, one module per command.

Every failure becomes a message with place and cure and an exit status: 0 clean, 1 breaches or
findings, 2 wrong use or unreadable input, 3 internal error.
"""

import os
import sys

import typer

from engine.shell.commands import (
    approve,
    audit,
    check,
    db,
    demo,
    diff,
    doc,
    doctor,
    drift,
    examples,
    explain,
    fmt,
    gate,
    halt,
    harvest,
    headroom,
    impact,
    import_,
    init,
    lint,
    lots,
    lsp,
    monitor,
    orders,
    publish,
    query,
    readiness,
    rebalance,
    repair,
    report,
    serve,
    simulate,
    tax,
    user,
    waive,
    why,
    why_not,
)
from engine.shell.console import EXIT_INTERNAL, EXIT_WRONG_USE, complain

app = typer.Typer(
    name="guardband",
    help="Mandates that run: write the rules once, in words; they constrain the optimizer, gate every "
    "trade list and explain every verdict.\n\nStart with `guardband demo`.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_EVERYONE = "Everyone"
_OFFICERS = "Compliance officers"
_MANAGERS = "Portfolio managers"
_OPERATIONS = "Tax and operations"
_AUDITORS = "Auditors"

app.command("demo", rich_help_panel=_EVERYONE)(demo.demo)
app.command("readiness", rich_help_panel=_EVERYONE)(readiness.readiness)
app.command("init", rich_help_panel=_EVERYONE)(init.init)
app.command("doctor", rich_help_panel=_EVERYONE)(doctor.doctor)
app.command("check", rich_help_panel=_OFFICERS)(check.check)
app.command("fmt", rich_help_panel=_OFFICERS)(fmt.fmt)
app.command("test", rich_help_panel=_OFFICERS)(examples.run)
app.command("explain", rich_help_panel=_OFFICERS)(explain.explain)
app.command("doc", rich_help_panel=_OFFICERS)(doc.doc)
app.command("lsp", rich_help_panel=_OFFICERS)(lsp.lsp)
app.command("lint", rich_help_panel=_OFFICERS)(lint.lint)
app.command("query", rich_help_panel=_OFFICERS)(query.query)
app.command("diff", rich_help_panel=_OFFICERS)(diff.diff)
app.command("impact", rich_help_panel=_OFFICERS)(impact.impact)
app.command("publish", rich_help_panel=_OFFICERS)(publish.publish)
app.command("approve", rich_help_panel=_OFFICERS)(approve.approve)
app.command("waive", rich_help_panel=_OFFICERS)(waive.waive)
app.command("halt", rich_help_panel=_OFFICERS)(halt.halt)
app.command("drift", rich_help_panel=_MANAGERS)(drift.drift)
app.command("gate", rich_help_panel=_MANAGERS)(gate.gate)
app.command("headroom", rich_help_panel=_MANAGERS)(headroom.headroom)
app.command("rebalance", rich_help_panel=_MANAGERS)(rebalance.rebalance)
app.command("repair", rich_help_panel=_MANAGERS)(repair.repair)
app.command("why", rich_help_panel=_MANAGERS)(why.why)
app.command("why-not", rich_help_panel=_MANAGERS)(why_not.why_not)
app.command("simulate", rich_help_panel=_MANAGERS)(simulate.simulate)
app.command("harvest", rich_help_panel=_MANAGERS)(harvest.harvest)
app.add_typer(orders.app, name="orders", rich_help_panel=_MANAGERS)
app.command("lots", rich_help_panel=_OPERATIONS)(lots.lots)
app.command("tax", rich_help_panel=_OPERATIONS)(tax.tax)
app.command("import", rich_help_panel=_OPERATIONS)(import_.import_)
app.command("serve", rich_help_panel=_OPERATIONS)(serve.serve)
app.add_typer(monitor.app, name="monitor", rich_help_panel=_OPERATIONS)
app.add_typer(db.app, name="db", rich_help_panel=_OPERATIONS)
app.add_typer(user.app, name="user", rich_help_panel=_OPERATIONS)
app.add_typer(audit.app, name="audit", rich_help_panel=_AUDITORS)
app.command("report", rich_help_panel=_AUDITORS)(report.report)


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
