"""Which inputs take the ARN of which service, by the table `arn_properties` of the catalog.

The table was compared on 2026-11-24 with the documentation of each of these inputs in the provider
(pulumi-aws 7.51.1), with AWS's API references, and for the services that are not IAM, SNS and the
like with the ARNs in the service authorization reference.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from policypack.aws.catalog.hand import ArnProperty, arn_properties

ARN = re.compile(r"^arn:aws[\w-]*:[\w-]+:[\w*-]*:[\w*-]*:.+", re.DOTALL)


@lru_cache(maxsize=4096)
def services_of(type_token: str, path: str) -> frozenset[str]:
    """The services whose ARNs a property takes; empty where that is not known."""
    row = _row(type_token, path)
    return frozenset(row.services) if row else frozenset()


def must_be_arn(type_token: str, path: str) -> bool:
    """Whether a property takes an ARN and nothing else."""
    row = _row(type_token, path)
    return row is not None and row.arn_only


def _row(type_token: str, path: str) -> ArnProperty | None:
    module = type_token.partition("/")[0]
    name = path.rpartition(".")[2].removesuffix("[]")
    return _index().get((type_token, path)) or _index().get((module, name))


@cache
def _index() -> dict[tuple[str, str], ArnProperty]:
    # A row that nobody compared with its source tells nothing.
    rows = [row for row in arn_properties() if row.checked]
    by_name = {(f"aws:{module}", row.property): row for row in rows for module in row.modules}
    return by_name | {(row.type, row.property): row for row in rows if row.type}
