"""`guardband serve`: the answers of the commands over HTTP."""

from typing import Annotated

import typer

from engine.shell.options import BookOption


def serve(
    book: BookOption,
    host: Annotated[str, typer.Option(help="The address to listen on; 0.0.0.0 for every one.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port to listen on.")] = 8000,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Processes; each opens the book and a rules engine.")
    ] = 1,
    secure_cookies: Annotated[
        bool, typer.Option("--secure-cookies", help="Sessions over TLS only: behind a proxy that speaks it.")
    ] = False,
    rate: Annotated[
        int, typer.Option(min=0, metavar="N", help="Requests a minute of one person; 0: no limit.")
    ] = 6000,
    monitor_at: Annotated[
        str,
        typer.Option(
            "--monitor-at",
            metavar="HH:MM",
            help="Monitor each day at this time (UTC) and tell whom GUARDBAND_ALERTS names. Unsaid: never.",
            show_default=False,
        ),
    ] = "",
) -> None:
    """Serve a book: check, gate, proposals, lots and the decision log, under /v1, for keys and sessions.

    A folder is imported into guardband.db beside its files first. Users get keys by `guardband user add`.
    It needs the extra `serve`: `pip install "guardband[serve]"`.

    Exit status: 0 when it is told to end, 2 where the book cannot be served.

    Example: `guardband serve --book sqlite:///firm.db`
    """
    listen(
        book,
        host=host,
        port=port,
        workers=workers,
        secure_cookies=secure_cookies,
        rate=rate,
        monitor_at=monitor_at,
    )


def listen(
    book: str,
    *,
    host: str,
    port: int,
    workers: int = 1,
    secure_cookies: bool = False,
    rate: int = 6000,
    monitor_at: str = "",
) -> None:
    """Serve a book until told to end. Raises InputError where the extra `serve` is not installed."""
    from engine.facts.failure import InputError

    try:
        from engine.shell.service.running.start import Start, start
    except ModuleNotFoundError as missing:
        package = str(missing.name).split(".")[0]
        if package not in ("fastapi", "starlette", "uvicorn", "pydantic", "structlog", "prometheus_client"):
            raise
        raise InputError(
            f"the package {package} is not installed",
            place="serve",
            cure='pip install "guardband[serve]"',
        ) from missing
    start(
        Start(
            book=book,
            host=host,
            port=port,
            workers=workers,
            secure_cookies=secure_cookies,
            rate=rate,
            monitor_at=monitor_at,
        )
    )
