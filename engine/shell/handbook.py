"""What a handbook is made from: the policy, those it builds on, their documents, and its examples run."""

from collections.abc import Iterator
from pathlib import Path

from dsl import syntax as s
from dsl.library import FileReader, Library, LibraryPolicy
from engine.gate.engine.port import InferenceEngine
from engine.shell import policies, work
from engine.shell.version import VERSION
from reports.handbook import Handbook, PolicyText


def handbook_of(path: Path) -> Handbook:
    """Return everything that the handbook of a mandate words.

    Raises MandateErrors where the mandate has errors, InputError where it cannot be read.
    """
    from engine.gate.examples import run_examples

    (policy,) = policies.load((str(path),))
    with work.engine() as inference:
        results = run_examples(policy, engine=inference)
    return Handbook(
        policy=policy,
        rulebook=work.rulebook_of((policy,)),
        results=results,
        texts=tuple(_texts(path)),
        product=f"Guardband {VERSION}",
    )


def handbook_of_listed(
    entry: LibraryPolicy, *, beside: policies.Beside, inference: InferenceEngine
) -> Handbook:
    """Return everything that the handbook of a mandate of a shelf words; raises MandateErrors."""
    from dsl.diagnostics import has_errors
    from engine.gate.examples import run_examples

    checked = policies.check_listed(entry, beside=beside)
    if checked.policy is None or has_errors(checked.diagnostics):
        raise policies.MandateErrors((checked,))
    return Handbook(
        policy=checked.policy,
        rulebook=work.rulebook_of((checked.policy,)),
        results=run_examples(checked.policy, engine=inference),
        texts=tuple(_texts_from(entry.file, entry.text, entry.files, policies.library(beside))),
        product=f"Guardband {VERSION}",
    )


def _texts(path: Path) -> Iterator[PolicyText]:
    text = path.read_bytes().decode("utf-8-sig")
    yield from _texts_from(path.name, text, policies.files_below(path.parent), policies.library(path.parent))


def _texts_from(file: str, text: str, files: FileReader, library: Library) -> Iterator[PolicyText]:
    """Yield the mandate itself and every policy that it builds on, each once, parents after children."""
    from dsl.parse import parse

    waiting = [("", file, text, files)]
    seen: set[str] = set()
    while waiting:
        _, file, text, files = waiting.pop(0)
        tree = parse(text, file=file).tree
        id_ = _id(tree)
        if id_ in seen:
            continue
        seen.add(id_)
        yield PolicyText(id=id_, file=file, text=text, tree=tree, documents=dict(_documents(tree, files)))
        waiting += _parents(tree, library)


def _id(tree: s.File) -> str:
    clauses = () if tree.header is None else tree.header.clauses
    return next((clause.id.text for clause in clauses if isinstance(clause, s.Id)), "")


def _parents(tree: s.File, library: Library) -> Iterator[tuple[str, str, str, FileReader]]:
    header = () if tree.header is None else tree.header.clauses
    for node in (*header, *tree.statements):
        if isinstance(node, s.Bring):
            found = library.find(node.id.text, node.version.text)
            if found is not None:
                yield found.id, found.file, found.text, found.files


def _documents(tree: s.File, files: FileReader) -> Iterator[tuple[str, tuple[tuple[str, str], ...]]]:
    """Yield the clauses of each source document whose text is at hand."""
    from dsl.check import clauses_of

    for node in () if tree.header is None else tree.header.clauses:
        if isinstance(node, s.SourceOf) and node.clauses_from is not None:
            data = files(node.clauses_from.text)
            if data is not None:
                yield node.name.text, clauses_of(data.decode("utf-8-sig", errors="replace"))
