"""OFX as a tree: version 1 (SGML, whose values need no closing tag) and version 2 (XML) alike.

<STATUS><CODE>0<SEVERITY>INFO</STATUS>   Element("STATUS", leaves CODE and SEVERITY)
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z0-9._]+)\s*(?P<empty>/?)>(?P<text>[^<]*)")


@dataclass(slots=True)
class Element:
    """One aggregate: its values by name, and the aggregates in it."""

    name: str
    line: int
    values: dict[str, str] = field(default_factory=dict)
    inside: list["Element"] = field(default_factory=list)

    def all(self, *names: str) -> Iterator["Element"]:
        """Yield every aggregate of one of the names, at any depth, in the order of the file."""
        for element in self.inside:
            if element.name in names:
                yield element
            yield from element.all(*names)

    def value(self, name: str) -> str:
        """Return a value of this aggregate or of the first one inside that has it; empty where none has."""
        if name in self.values:
            return self.values[name]
        return next((found for element in self.inside if (found := element.value(name))), "")


def tree(text: str) -> Element:
    """Return the root of a file's tree; what stands before `<OFX>` is left aside."""
    root = Element("", 0)
    path = [root]
    line, last = 1, 0
    for match in _TAG.finditer(text):
        line += text.count("\n", last, match.start())
        last = match.start()
        name, said = match["name"].upper(), html.unescape(match["text"].strip())
        if match["end"]:
            _close(path, name)
        elif said or match["empty"]:
            path[-1].values.setdefault(name, said)
        else:
            element = Element(name, line)
            path[-1].inside.append(element)
            path.append(element)
    return root


def _close(path: list[Element], name: str) -> None:
    """Leave an aggregate; the end of a value that was closed, or of one that was empty, changes nothing."""
    if any(element.name == name for element in path[1:]):
        while path.pop().name != name:
            pass
