"""AWS managed policies: name and path of all, and what each one allows, spread over small files."""

from __future__ import annotations

import json
from typing import Any

from policypack.aws.catalog.packing import POLICY_PARTS, policy_part
from tools.catalog.sources import Sources, encode

NAME = "managed_policies"
SOURCES = ("moto",)


def build(sources: Sources) -> dict[str, bytes]:
    """`_paths`: name -> path; the other parts: name -> its document's statements."""
    text = sources.moto_literal("iam/aws_managed_policies.py", "aws_managed_policies_data")
    policies = json.loads(text)
    parts: dict[str, dict[str, Any]] = {str(part): {} for part in range(POLICY_PARTS)}
    for name, policy in policies.items():
        parts[policy_part(name)][name] = _statements(policy["Document"])
    files = {f"{NAME}/{part}.json.gz": encode({"rows": rows}) for part, rows in parts.items()}
    paths = {name: policy["Path"] for name, policy in policies.items()}
    return files | {f"{NAME}/_paths.json.gz": encode({"rows": paths})}


def _statements(document: dict[str, Any]) -> list[dict[str, Any]]:
    statements = document["Statement"]
    listed = statements if isinstance(statements, list) else [statements]
    return [{key: value for key, value in row.items() if key != "Sid"} for row in listed]
