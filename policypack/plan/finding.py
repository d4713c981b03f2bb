"""What a rule reports of a resource."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from policypack.plan.resource import Resource


class Level(Enum):
    """How a finding weighs: mandatory ones fail the preview."""

    MANDATORY = "mandatory"
    ADVISORY = "advisory"
    DISABLED = "disabled"


@dataclass(frozen=True)
class Finding:
    """A fault at a property of a resource, as a rule reports it.

    `path` is the wire path, "" for the resource as a whole. `row` names the single fault of a rule
    that covers many; the rest overrides what the rule says of itself.
    """

    resource: Resource
    path: str
    text: str
    row: str | None = None
    level: Level | None = None
    error: str | None = None
    fix: str | None = None
    url: str | None = None


Findings = Iterator[Finding]
