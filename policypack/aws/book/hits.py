"""What a resource breaks, as findings need it: one hit a property, its value filled in."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from policypack.aws.book.places import places
from policypack.aws.book.rows import Inputs, Row, broken_rows
from policypack.plan.values import ABSENT, UNKNOWN, Path, format_path, holds_unknown, look_up

LONGEST_SHOWN = 80
MOST_PLACES = 10
SECRET = "[secret]"


@dataclass(frozen=True)
class Hit:
    """A row that is broken at a place of a resource.

    `path` is concrete (`rules[2].priority`), `value` what stands there (`UNKNOWN` or `ABSENT`
    where nothing is known to), `others` the number of further rows broken at the same place.
    """

    row: Row
    steps: Path
    value: Any
    others: int = 0

    @property
    def path(self) -> str:
        """The place as messages print it."""
        return format_path(self.steps)

    def text(self, *, secret: bool = False) -> str:
        """What is wrong, with the value in it unless it is secret."""
        shown = SECRET if secret else show(self.value)
        says: str = self.row.says.replace("{value}", shown)
        if not self.others:
            return says
        more = "one more fault" if self.others == 1 else f"{self.others} more faults"
        return f"{says} ({more} at the same place)"


def show(value: Any) -> str:
    """Return a value as a message quotes it: short, on one line."""
    if value is UNKNOWN:
        return "(known after the deployment)"
    if value is ABSENT or value is None:
        return "(not set)"
    if isinstance(value, str):
        text = value
    elif isinstance(value, dict | list) and holds_unknown(value):
        text = "{...}" if isinstance(value, dict) else "[...]"
    else:
        text = json.dumps(value, ensure_ascii=False, default=repr)
    text = " ".join(text.split()) if value else '""'
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 3]}..."


def broken(
    token: str,
    inputs: Inputs,
    service: str | None = None,
    disabled: Collection[str] = frozenset(),
) -> list[Hit]:
    """What the inputs of a type break, ordered by path: the most specific row for each place.

    Mandatory rows go before advisory ones, then the longest `at`, then the first id. `service`
    limits the question to one part of the book; rows in `disabled` are not asked.
    Raises CatalogError where the book cannot be read.
    """
    at: dict[Path, list[Row]] = {}
    for row in broken_rows(token, inputs, service, disabled):
        for place in places(row, inputs)[:MOST_PLACES]:
            at.setdefault(place, []).append(row)
    hits = [_hit(inputs, place, found) for place, found in at.items()]
    return sorted(hits, key=lambda hit: [str(step).zfill(6) for step in hit.steps])


def _hit(inputs: Inputs, place: Path, found: list[Row]) -> Hit:
    first, *others = sorted(found, key=_precedence)
    return Hit(first, place, look_up(inputs, place), len(others))


def _precedence(row: Row) -> tuple[bool, int, str]:
    return (row.level != "mandatory", -len(row.at), row.id)
