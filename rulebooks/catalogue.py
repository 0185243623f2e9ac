"""The registry of measures, and the vocabulary that the checker is handed.

A measure is one module under `rulebooks.measures`, which tells what it adds in its `MEASURES`; nothing
else is written.
"""

import pkgutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from types import MappingProxyType

from dsl.catalogue import Catalogue, MeasureEntry
from dsl.words import shipped
from rulebooks import measures
from rulebooks.measures.model import MeasureModule


def _collected() -> Iterator[MeasureModule]:
    """Yield the measures of every module under `rulebooks.measures`, by the modules' names."""
    for found in pkgutil.iter_modules(measures.__path__):
        module = import_module(f"{measures.__name__}.{found.name}")
        yield from getattr(module, "MEASURES", ())


def _by_name() -> Mapping[str, MeasureModule]:
    named: dict[str, MeasureModule] = {}
    for module in _collected():
        if module.name in named:
            raise ValueError(f"two modules under rulebooks.measures are named `{module.name}`")
        named[module.name] = module
    return MappingProxyType(named)


MEASURES: Mapping[str, MeasureModule] = _by_name()
"""Every shipped measure by name."""


def catalogue() -> Catalogue:
    """Return the checker's vocabulary: the shipped words and every measure that has none of its own."""
    words = shipped()
    added = {
        name: MeasureEntry(name=name, unit=module.unit, description=module.definition, needs=module.needs)
        for name, module in MEASURES.items()
        if name not in words.measures
    }
    return replace(words, measures=MappingProxyType({**words.measures, **added})) if added else words
