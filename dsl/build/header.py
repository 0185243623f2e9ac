"""Builds the file as a whole and the header."""

from lark import Token

from dsl import syntax as s
from dsl.build.base import Base, Parts, is_node


class HeaderBuilder(Base):
    """Builds the file as a whole and the header."""

    def start(self, parts: Parts) -> s.File:
        """Build the whole file."""
        return s.File(header=parts[0], statements=tuple(parts[1:]), span=self.span(parts))

    def header(self, parts: Parts) -> s.Header:
        """Build the header."""
        return s.Header(title=self._word(parts[1]), clauses=tuple(parts[2:]), span=self.span(parts))

    def id_clause(self, parts: Parts) -> s.Id:
        """Build `id …`."""
        return s.Id(id=self._word(parts[1]), span=self.span(parts))

    def version_clause(self, parts: Parts) -> s.Version:
        """Build `version …`."""
        return s.Version(version=self._word(parts[1]), span=self.span(parts))

    def effective(self, parts: Parts) -> s.Effective:
        """Build `effective from … until …`."""
        return s.Effective(
            start=self._after(parts, "FROM"), until=self._after(parts, "UNTIL"), span=self.span(parts)
        )

    def supersedes(self, parts: Parts) -> s.Supersedes:
        """Build `supersedes version …`."""
        return s.Supersedes(version=self._word(parts[2]), span=self.span(parts))

    def extends(self, parts: Parts) -> s.Bring:
        """Build `extends ID version V`."""
        return s.Bring(
            how="extends", id=self._word(parts[1]), version=self._word(parts[3]), span=self.span(parts)
        )

    def use(self, parts: Parts) -> s.Bring:
        """Build `use ID version V`."""
        return s.Bring(
            how="use", id=self._word(parts[1]), version=self._word(parts[3]), span=self.span(parts)
        )

    def source(self, parts: Parts) -> s.SourceOf:
        """Build `source NAME = "…" …`."""
        clauses = next((i for i, p in enumerate(parts) if isinstance(p, Token) and p.type == "CLAUSES"), None)
        return s.SourceOf(
            name=self._word(parts[1]),
            title=self._word(parts[3]),
            dated=self._after(parts, "DATED"),
            sha256=self._after(parts, "SHA256"),
            clauses_from=None if clauses is None else self._word(parts[clauses + 2]),
            span=self.span(parts),
        )

    def applies_one(self, parts: Parts) -> s.AppliesTo:
        """Build `applies to account "X"`."""
        return s.AppliesTo(
            noun=self._word(parts[2]), id=self._word(parts[3]), where=None, span=self.span(parts)
        )

    def applies_every(self, parts: Parts) -> s.AppliesTo:
        """Build `applies to every account where …`."""
        where = next((p for p in parts if is_node(p)), None)
        return s.AppliesTo(noun=self._word(parts[3]), id=None, where=where, span=self.span(parts))

    def currency(self, parts: Parts) -> s.Setting:
        """Build `currency USD`."""
        return s.Setting(what="currency", value=self._word(parts[1]), span=self.span(parts))

    def calendar(self, parts: Parts) -> s.Setting:
        """Build `calendar "NYSE"`."""
        return s.Setting(what="calendar", value=self._word(parts[1]), span=self.span(parts))

    def weights(self, parts: Parts) -> s.Setting:
        """Build `weights of net_assets`."""
        return s.Setting(what="weights", value=self._word(parts[2]), span=self.span(parts))

    def owner(self, parts: Parts) -> s.Setting:
        """Build `owner "…"`."""
        return s.Setting(what="owner", value=self._word(parts[1]), span=self.span(parts))

    def missing(self, parts: Parts) -> s.IfMissing:
        """Build `missing data RESPONSE`."""
        return s.IfMissing(response=parts[2], span=self.span(parts))

    def approved(self, parts: Parts) -> s.Approved:
        """Build `approved by "…" on D`."""
        return s.Approved(by=self._word(parts[2]), day=self._word(parts[4]), span=self.span(parts))
