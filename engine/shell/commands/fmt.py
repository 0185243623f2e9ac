"""`guardband fmt`: mandates in their one usual form, comments kept."""

from typing import Annotated

import typer

from engine.shell.commands.check import FilesArgument


def fmt(
    files: FilesArgument,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail where a file is not in its usual form.")
    ] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; print what would change.")] = False,
) -> None:
    """Rewrite mandate files in their usual form; what they mean does not change.

    A file is written whole or not at all; where one of them has a syntax error, none is written.

    Exit status: 0 done, 1 something would change (--check only), 2 a file that cannot be read.

    Example: `guardband fmt household.mandate --diff`
    """
    from engine.shell.formatting import changes_text, forms_of, write

    forms = forms_of(files)
    changed = tuple(form for form in forms if form.changes)
    if diff:
        typer.echo("".join(changes_text(form) for form in changed), nl=False)
    elif check:
        for form in changed:
            typer.echo(f"would change {form.path}")
    else:
        for form in changed:
            write(form)
            typer.echo(f"changed {form.path}")
    if not diff:
        same = len(forms) - len(changed)
        typer.echo(f"{same} of {len(forms)} already in {'its' if len(forms) == 1 else 'their'} usual form")
    raise typer.Exit(int(check and bool(changed)))
