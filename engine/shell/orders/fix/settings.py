"""The settings of a FIX session: a file as FIX engines know it, checked before anything is connected.

    [DEFAULT]
    ConnectionType=initiator
    FileStorePath=fix-store
    [SESSION]
    BeginString=FIX.4.4
    SenderCompID=DESK
    TargetCompID=BROKER
    SocketConnectHost=fix.broker.example
    SocketConnectPort=9880

What is left unsaid and has one good answer is filled in: heartbeat, hours, store and log beside the file.
Sequence numbers are never reset by us; a `Reset…=Y` in the file is refused, because it would lose fills.
"""

from dataclasses import dataclass
from pathlib import Path

from engine.facts.failure import InputError

VERSIONS = ("FIX.4.2", "FIX.4.4")
_NEEDED = ("BeginString", "SenderCompID", "TargetCompID", "SocketConnectHost", "SocketConnectPort")
_FILLED = {
    "ConnectionType": "initiator",
    "HeartBtInt": "30",
    "StartTime": "00:00:00",
    "EndTime": "00:00:00",
    "ReconnectInterval": "2",
    "UseDataDictionary": "N",
    "ValidateUserDefinedFields": "N",
    "PersistMessages": "Y",
}
_REFUSED = ("ResetOnLogon", "ResetOnLogout", "ResetOnDisconnect", "RefreshOnLogon")


@dataclass(frozen=True, slots=True, kw_only=True)
class FixSettings:
    """One session's settings, complete."""

    values: tuple[tuple[str, str], ...]

    def __getitem__(self, name: str) -> str:
        """Return a value; KeyError where it is not said."""
        return dict(self.values)[name]

    @property
    def version(self) -> str:
        """`FIX.4.2` or `FIX.4.4`."""
        return self["BeginString"]

    @property
    def route(self) -> str:
        """How orders name it: `fix FIX.4.4:DESK->BROKER`."""
        return f"fix {self.version}:{self['SenderCompID']}->{self['TargetCompID']}"

    @property
    def text(self) -> str:
        """The settings as the library reads them."""
        names = ("BeginString", "SenderCompID", "TargetCompID")
        common = [f"{name}={value}" for name, value in self.values if name not in names]
        return "\n".join(["[DEFAULT]", *common, "[SESSION]", *(f"{name}={self[name]}" for name in names), ""])


def read_settings(path: Path) -> FixSettings:
    """Return the settings of a file. Raises InputError where one is missing or cannot be kept safely."""
    if not path.is_file():
        raise InputError("there is no such file", place=str(path), cure="name a FIX session's settings")
    values: dict[str, str] = {}
    sessions = 0
    for number, line in enumerate(path.read_text(encoding="utf-8-sig").splitlines(), start=1):
        told = line.strip()
        if not told or told.startswith("#"):
            continue
        if told.startswith("["):
            sessions += told.upper() == "[SESSION]"
            continue
        name, mark, value = told.partition("=")
        if not mark:
            raise InputError(f"`{told}` is no setting", place=f"{path.name} line {number}", cure="NAME=VALUE")
        values[name.strip()] = value.strip()
    return _complete(values, path, sessions)


def _complete(values: dict[str, str], path: Path, sessions: int) -> FixSettings:
    place = path.name
    if sessions != 1:
        raise InputError("one [SESSION] is needed", place=place, cure="keep one file for each session")
    missing = [name for name in _NEEDED if not values.get(name)]
    if missing:
        raise InputError(f"{missing[0]} is not said", place=place, cure=f"{missing[0]}=…")
    if values["BeginString"] not in VERSIONS:
        raise InputError(f"{values['BeginString']} is not spoken", place=place, cure=" or ".join(VERSIONS))
    for name in _REFUSED:
        if values.get(name, "N").upper() == "Y":
            raise InputError(f"{name}=Y would lose fills", place=place, cure=f"{name}=N")
    folder = path.resolve().parent
    told = {**_FILLED, **values}
    for name, default in (("FileStorePath", "fix-store"), ("FileLogPath", "fix-log")):
        told[name] = str(folder / told.get(name, default))
        Path(told[name]).mkdir(parents=True, exist_ok=True)
    return FixSettings(values=tuple(told.items()))
