"""The rows of the constraint book: loaded by service, compiled by row, asked by type."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from functools import cache, cached_property
from typing import Any

from policypack.aws.book.index import SERVICES
from policypack.aws.book.schema import Check, compile_schema
from policypack.aws.catalog.loader import CatalogError, load
from policypack.plan.finding import Level
from policypack.plan.normalise import canonical_type

Inputs = dict[str, Any]


class Row:
    """A constraint between or on the inputs of a type.

    `at` is the property that it speaks of, `[]` any element of a list; `says` what is wrong, with
    `{value}` for the value there; `error` AWS's answer; `level` "mandatory" or "advisory".
    """

    def __init__(self, service: str, packed: list[Any]) -> None:
        self.service = service
        self.id: str
        self.at: str
        self.level: str
        self.id, self.at, self.level, gate, self._schemas, *texts = packed
        self.says, self.error, self.fix, self.source = texts
        self._gate = frozenset(gate)

    def __repr__(self) -> str:
        return f"<row {self.id}>"

    @cached_property
    def _checks(self) -> tuple[Check, Check]:
        when, must = json.loads(self._schemas)
        return compile_schema(when), compile_schema(must)

    @property
    def detail(self) -> dict[str, Any]:
        """In what a finding of the row differs from its policy's."""
        return {
            "level": Level.ADVISORY if self.level == "advisory" else None,
            "error": self.error or None,
            "fix": self.fix,
            "url": self.source,
        }

    @property
    def is_deep(self) -> bool:
        """Whether the row speaks of objects at any depth, so that `at` is but one of its places."""
        return '"everywhere"' in self._schemas

    @property
    def applies(self) -> Check:
        """Whether the row speaks of such inputs: True, False or None for undetermined."""
        return self._checks[0]

    @property
    def holds(self) -> Check:
        """Whether inputs are what AWS demands: True, False or None for undetermined."""
        return self._checks[1]

    def is_broken(self, inputs: Inputs) -> bool:
        """Whether the row certainly applies and its demand certainly fails."""
        # Most rows are silent for want of a property, and are then never compiled.
        if self._gate and self._gate.isdisjoint(inputs):
            return False
        applies, holds = self._checks
        return applies(inputs) is True and holds(inputs) is False


@cache
def _services_of(token: str) -> tuple[str, ...]:
    return tuple(service for service, types in SERVICES.items() if token in types)


@cache
def _service_rows(service: str) -> tuple[dict[str, list[int]], tuple[Row, ...]]:
    book = load(f"book/{service}")
    try:
        return book["types"], tuple(Row(service, packed) for packed in book["rows"])
    except (KeyError, TypeError, ValueError):
        message = f"the catalog file data/book/{service}.json.gz has another form than expected"
        raise CatalogError(message) from None


@cache
def _rows(token: str, service: str) -> tuple[Row, ...]:
    types, rows = _service_rows(service)
    return tuple(rows[number] for number in types.get(token, ()))


@cache
def rows(token: str, service: str | None = None) -> tuple[Row, ...]:
    """The rows about a type token, of one service's part of the book or of all.

    Raises CatalogError where the book cannot be read.
    """
    canonical = canonical_type(token)
    wanted = _services_of(canonical) if service is None else (service,)
    return tuple(row for one in wanted for row in _rows(canonical, one))


def service_rows(service: str) -> tuple[Row, ...]:
    """Every row of one service's part of the book. Raises CatalogError."""
    return _service_rows(service)[1]


def broken_rows(
    token: str,
    inputs: Inputs,
    service: str | None = None,
    disabled: Collection[str] = frozenset(),
) -> Iterator[Row]:
    """The rows about a type that its inputs certainly break.

    `disabled` are ids of rows that are not asked, and never compiled.
    """
    for row in rows(token, service):
        if row.id not in disabled and row.is_broken(inputs):
            yield row
