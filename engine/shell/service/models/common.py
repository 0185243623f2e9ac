"""What requests and answers have in common. Amounts are text, so that no digit is lost on the way."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""The name of something: an account, a symbol, an id."""

Amount = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}(\.[0-9]{1,9})?$")]
"""An amount in a request: a size, as plain text."""

Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
Figure = Annotated[str, StringConstraints(pattern=r"^-?\d+(\.\d+)?$")]
"""An amount in an answer: a decimal as text, without exponent."""

DecisionWord = Literal["pass", "warn", "approval", "block"]
SideWord = Literal["buy", "sell", "short_sell", "buy_to_cover"]


class Request(BaseModel):
    """A request; a key that nothing is known of is refused, so that no wish is silently dropped."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answer(BaseModel):
    """An answer; keys may be added to it in later versions."""

    model_config = ConfigDict(populate_by_name=True)


class Citation(Answer):
    """A clause that something rests on."""

    source: str
    clause: str
    quote: str | None


class Where(Answer):
    """A place in a mandate."""

    file: str
    line: int
    column: int


class RulebookName(Answer):
    """The compiled policies, by their hash."""

    id: str
    version: str
    hash: str


class Coverage(Answer):
    """What a history covers."""

    accounts: list[str]
    from_: Day | None = Field(alias="from")
    until: Day


Anything = dict[str, Any]
