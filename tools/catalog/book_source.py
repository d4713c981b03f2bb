"""The constraint book as people edit it: `book/*.json`, an array of rows a service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

Json = Any

BOOK = Path(__file__).resolve().parents[2] / "book"
WIDTH = 100


def services(folder: Path = BOOK) -> list[str]:
    """The services that the book has a file for, in alphabetical order."""
    return sorted(path.stem for path in folder.glob("*.json"))


def read(service: str, folder: Path = BOOK) -> list[dict[str, Json]]:
    """The rows of one service, as written.

    Raises FileNotFoundError for a service without a file, and ValueError, which names the file and
    the line, for a file that is not JSON.
    """
    path = folder / f"{service}.json"
    try:
        rows: list[dict[str, Json]] = json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        message = f"{path.name}, line {error.lineno}: {error.msg}"
        raise ValueError(message) from error
    return rows


def read_all(folder: Path = BOOK) -> dict[str, list[dict[str, Json]]]:
    """The rows of every service, by service."""
    return {service: read(service, folder) for service in services(folder)}


def types_of(row: dict[str, Json]) -> tuple[str, ...]:
    """The type tokens that a row speaks about."""
    types = row["type"]
    return (types,) if isinstance(types, str) else tuple(types)


def layout(value: Json, indent: int = 0, used: int = 0) -> str:
    """`value` as JSON, with whatever fits in a line on one line.

    `indent` is the column at which continued lines start and `used` what already stands before the
    value on its first line.
    """
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent + used <= WIDTH or not isinstance(value, (dict, list)) or not value:
        return flat
    inner, pad = indent + 2, " " * (indent + 2)
    if isinstance(value, list):
        lines = [pad + layout(element, inner) for element in value]
        return "[\n" + ",\n".join(lines) + "\n" + " " * indent + "]"
    members = []
    for key, member in value.items():
        head = json.dumps(key, ensure_ascii=False) + ": "
        members.append(pad + head + layout(member, inner, len(head)))
    return "{\n" + ",\n".join(members) + "\n" + " " * indent + "}"


def write(service: str, rows: list[dict[str, Json]], folder: Path = BOOK) -> None:
    """Store the rows of a service in the layout that `read` finds again unchanged."""
    (folder / f"{service}.json").write_text(layout(rows) + "\n", encoding="utf-8")
