"""`guardband lsp`: the language server that editors start."""


def lsp() -> None:
    """Answer an editor about mandates, over standard input and output.

    Findings while typing, meanings under the pointer, completion, going to definitions, renaming,
    formatting, and examples that run at a click. The editor starts it; `editors/vscode` shows how.
    It needs the extra `lsp`: `pip install "guardband[lsp]"`.

    Exit status: 0 when the editor has said that it is done, 1 when it went away without.

    Example: `guardband lsp`
    """
    from datetime import date

    from engine.facts.failure import InputError

    try:
        from engine.shell.lsp.server import serve
    except ModuleNotFoundError as missing:
        if str(missing.name).split(".")[0] not in ("pygls", "lsprotocol"):
            raise
        raise InputError(
            f"the package {missing.name} is not installed",
            place="lsp",
            cure='pip install "guardband[lsp]"',
        ) from missing
    serve(today=date.today)
