"""AWS managed policies: name and path of all, and what each one allows, a file a first letter."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from tools.catalog.sources import Sources, encode

NAME = "managed_policies"
SOURCES = ("moto",)


def build(sources: Sources) -> dict[str, bytes]:
    """`_paths`: name -> path; a file a first letter: name -> its document's statements."""
    text = sources.moto_literal("iam/aws_managed_policies.py", "aws_managed_policies_data")
    policies = json.loads(text)
    paths = {name: policy["Path"] for name, policy in policies.items()}
    files = {f"{NAME}/_paths.json.gz": encode({"rows": paths})}
    for letter, names in _by_letter(policies):
        rows = {name: _statements(policies[name]["Document"]) for name in names}
        files[f"{NAME}/{letter}.json.gz"] = encode({"rows": rows})
    return files


def _by_letter(policies: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for letter in sorted({name[0].lower() for name in policies}):
        yield letter, [name for name in policies if name[0].lower() == letter]


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    statements = document["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    return [{key: value for key, value in row.items() if key != "Sid"} for row in listed]
