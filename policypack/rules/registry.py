"""Finds the rules of a package by walking its modules."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable
from types import ModuleType

from policypack.rules.rule import ANY_TYPE, Kind, Rule


class Registry:
    """Rules by id, by type and by kind.

    Raises:
        ValueError: two rules have one id.
    """

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules = sorted(rules, key=lambda rule: rule.id)
        self.by_id = {rule.id: rule for rule in self.rules}
        if len(self.by_id) != len(self.rules):
            ids = [rule.id for rule in self.rules]
            twice = sorted({one for one in ids if ids.count(one) > 1})
            raise ValueError(f"more than one rule is called {', '.join(twice)}")
        self.covered = frozenset(row for rule in self.rules for row in rule.covers)
        self.owned = frozenset(one for rule in self.rules for one in rule.owns)
        self._by_type: dict[tuple[Kind, str], tuple[Rule, ...]] = {}

    def for_type(self, kind: Kind, token: str) -> tuple[Rule, ...]:
        """Return the rules of a kind that run on a canonical type, in the order of their ids."""
        key = (kind, token)
        if key not in self._by_type:
            self._by_type[key] = tuple(
                rule
                for rule in self.rules
                if rule.kind is kind and (token in rule.on or ANY_TYPE in rule.on)
            )
        return self._by_type[key]

    def of_kind(self, kind: Kind) -> list[Rule]:
        """Return the rules of a kind, in the order of their ids."""
        return [rule for rule in self.rules if rule.kind is kind]


def collect(package: ModuleType) -> Registry:
    """Import every module below a package and gather the rules they define."""
    rules: dict[int, Rule] = {}
    for info in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        module = importlib.import_module(info.name)
        for value in vars(module).values():
            found = value if isinstance(value, tuple | list) else (value,)
            rules.update({id(rule): rule for rule in found if isinstance(rule, Rule)})
    return Registry(rules.values())
