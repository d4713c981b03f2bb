"""Questions about metrics, runtimes, enumerations, security policies, tags and secrets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal, NamedTuple

from policypack.aws.catalog.constraints import origins
from policypack.aws.catalog.loader import rows


@dataclass(frozen=True)
class Metric:
    """A CloudWatch metric with the dimension sets under which it is published."""

    namespace: str
    name: str
    statistic: str
    dimension_sets: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Runtime:
    """A Lambda runtime; a day is None where AWS has announced none."""

    name: str
    deprecated: date | None
    create_blocked: date | None
    update_blocked: date | None
    successor: str | None


@dataclass(frozen=True)
class TlsPolicy:
    """A load balancer's security policy: `TLSv1.2`, ... and its ciphers."""

    name: str
    protocols: tuple[str, ...]
    ciphers: tuple[str, ...]


class TextLimits(NamedTuple):
    """The form of a text: its length in characters and a pattern to search for, None for any."""

    least: int | None = None
    most: int | None = None
    pattern: str | None = None


class TagLimits(NamedTuple):
    """What a service takes as tags; `most` is how many, None where its model does not say."""

    service: str
    most: int | None
    key: TextLimits
    value: TextLimits


def metric_namespaces() -> tuple[str, ...]:
    """The CloudWatch namespaces in the catalog, sorted.

    Source: the CloudWatch console's service dashboards, by `@aws-cdk/aws-service-spec`; these are
    not all metrics of a service, so that an absent one proves nothing by itself.
    """
    return tuple(sorted(rows("metrics")))


def metrics(namespace: str) -> dict[str, Metric] | None:
    """The metrics of a namespace by name; None when the namespace is not in the catalog."""
    known = rows("metrics").get(namespace)
    if known is None:
        return None
    return {
        name: Metric(namespace, name, statistic, tuple(tuple(item) for item in sets))
        for name, (statistic, sets) in known.items()
    }


def metric(namespace: str, name: str) -> Metric | None:
    """A metric by namespace and name, or None when it is not in the catalog."""
    return (metrics(namespace) or {}).get(name)


@cache
def runtime(name: str) -> Runtime | None:
    """A Lambda runtime by its identifier, or None when it is not in the catalog.

    Source: https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html, by cfn-lint.
    """
    row = rows("runtimes").get(name)
    if row is None:
        return None
    deprecated, create, update = (date.fromisoformat(day) if day else None for day in row[:3])
    return Runtime(name, deprecated, create, update, row[3])


def runtimes() -> tuple[str, ...]:
    """All Lambda runtimes in the catalog, sorted."""
    return tuple(sorted(rows("runtimes")))


def enumeration(service: str, shape: str) -> tuple[str, ...] | None:
    """The values of an enumeration of a botocore model, or None when it is not kept.

    `enumeration("s3", "TransitionStorageClass")`; `lambda/ReservedEnvironmentVariable` is
    cfn-lint's.
    """
    values = rows("enumerations").get(f"{service}/{shape}")
    return None if values is None else tuple(map(str, values))


def log_retention_days() -> tuple[int, ...]:
    """The retention periods in days that CloudWatch Logs accepts, ascending (shape `Days`)."""
    return tuple(map(int, rows("enumerations")["logs/Days"]))


def tls_policy(name: str) -> TlsPolicy | None:
    """A load balancer's security policy, or None when it is not in the catalog.

    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/
    describe-ssl-policies.html, by moto.
    """
    row = rows("tls_policies").get(name)
    return row and TlsPolicy(name, tuple(row["protocols"]), tuple(row["ciphers"]))


def tls_policies() -> tuple[str, ...]:
    """The names of all load balancer security policies in the catalog, sorted."""
    return tuple(sorted(rows("tls_policies")))


def taggable(token: str) -> Literal["map", "list"] | None:
    """How a Pulumi type takes tags: as a map, as a list of blocks, or None for not at all.

    Source: the arguments of the type's class in pulumi_aws.
    """
    row = rows("tags").get(token)
    return row and ("map" if row[0] == "map" else "list")


def takes_default_tags(token: str) -> bool:
    """Whether the provider's default tags reach this Pulumi type (it has `tagsAll`)."""
    return bool(rows("tags").get(token, [None, 0])[1])


def tag_limits(token: str) -> TagLimits | None:
    """What the service of a Pulumi type takes as tags, or None where its model has no limits.

    Source: the inputs of the service's operations in botocore; the loosest where they differ.
    """
    _, _, service = origins(token).get("B", "").partition(" ")
    service = service.partition(" ")[0]
    row = rows("tag_limits").get(service)
    if row is None:
        return None
    key, value = (TextLimits(*row.get(part, ())) for part in ("key", "value"))
    return TagLimits(service, row.get("most"), key, value)


def secret_inputs(token: str) -> tuple[str, ...]:
    """The inputs of a Pulumi type that its SDK marks secret whatever a program passes, sorted."""
    return tuple(rows("secret_inputs").get(token, ()))


def holds_data(token: str) -> bool:
    """Whether deleting or replacing a resource of this Pulumi type loses data (cfn-lint)."""
    return token in rows("stateful")
