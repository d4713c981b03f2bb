"""The tables that `python -m tools.catalog` builds, by module name in this package."""

from __future__ import annotations

import importlib
from typing import Protocol, cast

from tools.catalog.sources import Sources

MODULES: tuple[str, ...] = (
    "book",
    "conditions",
    "constraints",
    "instance_types",
    "offerings",
    "regions",
    "node_types",
    "engines",
    "iam",
    "managed_policies",
    "metrics",
    "runtimes",
    "tls_policies",
    "enumerations",
    "tags",
    "tag_limits",
    "secret_inputs",
    "stateful",
)


class Table(Protocol):
    """What a table's module offers."""

    @property
    def NAME(self) -> str:  # noqa: N802 - a module's constant
        """The table's name."""

    @property
    def SOURCES(self) -> tuple[str, ...]:  # noqa: N802 - a module's constant
        """The names of the packages that it is made from."""

    def build(self, sources: Sources) -> dict[str, bytes]:
        """The table's files by name."""


def tables() -> list[Table]:
    """All tables, in the order of `MODULES`."""
    return [cast(Table, importlib.import_module(f"tools.catalog.{name}")) for name in MODULES]
