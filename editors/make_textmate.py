"""Writes the colours of VS Code from the grammar of the language.

    python -m editors.make_textmate            writes editors/vscode/syntaxes/mandate.tmLanguage.json
    python -m editors.make_textmate --check    says whether the file there is what would be written

The words and patterns come from `dsl/grammar.lark` by way of `dsl.highlight`; only the names of the
scopes, which colour themes know, stand here.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from dsl.highlight import Group, Sort, sorts

FILE = Path(__file__).parent / "vscode" / "syntaxes" / "mandate.tmLanguage.json"

SCOPES: dict[Group, str] = {
    "comment": "comment.line.number-sign.mandate",
    "text": "string.quoted.double.mandate",
    "date": "constant.other.date.mandate",
    "version": "constant.other.version.mandate",
    "number": "constant.numeric.mandate",
    "unit": "keyword.other.unit.mandate",
    "action": "support.function.action.mandate",
    "opener": "storage.type.statement.mandate",
    "joiner": "keyword.operator.word.mandate",
    "keyword": "keyword.control.mandate",
    "rule": "entity.name.type.rule.mandate",
    "name": "variable.other.mandate",
    "sign": "punctuation.separator.mandate",
}


def grammar() -> dict[str, Any]:
    """Return the TextMate grammar."""
    return {
        "$schema": "https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json",
        "name": "Mandate",
        "scopeName": "source.mandate",
        "fileTypes": ["mandate"],
        "comment": "Made by editors/make_textmate.py from dsl/grammar.lark; do not edit by hand.",
        "patterns": [_pattern(sort) for sort in sorts()],
    }


def _pattern(sort: Sort) -> dict[str, str]:
    return {"name": SCOPES[sort.group], "match": sort.pattern.replace("\n", r"\n")}


def text() -> str:
    """Return the file's text."""
    return json.dumps(grammar(), indent=2, ensure_ascii=False) + "\n"


def main() -> int:
    """Write the file, or with `--check` say whether it is up to date."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--check", action="store_true", help="write nothing; fail where the file is another")
    if parser.parse_args().check:
        same = FILE.is_file() and FILE.read_text(encoding="utf-8") == text()
        sys.stdout.write(f"{FILE.name} is {'what the grammar makes' if same else 'out of date'}\n")
        return 0 if same else 1
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(text(), encoding="utf-8")
    sys.stdout.write(f"wrote {FILE.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
