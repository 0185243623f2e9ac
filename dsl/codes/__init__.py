"""The pages of the findings: one for each code, with a mandate that has it and the same mended."""

from importlib.resources import files


def pages() -> frozenset[str]:
    """Return every code that has a page."""
    return frozenset(
        entry.name.removesuffix(".md") for entry in files(__name__).iterdir() if entry.name.endswith(".md")
    )


def page(code: str) -> str | None:
    """Return the page of a code as Markdown; None where there is no such code."""
    if code not in pages():
        return None
    return files(__name__).joinpath(f"{code}.md").read_text(encoding="utf-8")
