"""Requests that AWS refuses though every property has the right type."""

from __future__ import annotations

from policies import pack
from policypack import Findings, Level, Resource, Rule, Severity, resource_rule
from policypack.aws.book import SERVICES, Hit, broken
from policypack.aws.book.services import service_name, service_url

_DOCSTRING = """{name} accepts the combination of values that a resource sends it.

Why: {name} checks more than the type of each value, and refuses the call in the middle of the
deployment.
Fix: make the edit that the finding names.
"""


def _is_secret(resource: Resource, hit: Hit) -> bool:
    steps = hit.steps
    return resource.is_secret(steps) or any(
        secret[: len(steps)] == steps for secret in resource.secrets
    )


def _refused_by(service: str) -> Rule:
    """Make the policy that reports the rows of one service."""

    def refused(resource: Resource) -> Findings:
        for hit in broken(resource.type, resource.tree, service, pack().covered):
            yield resource.finding(
                hit.path,
                hit.text(secret=_is_secret(resource, hit)),
                row=hit.row.id,
                **hit.row.detail,
            )

    refused.__name__ = f"refused_by_{service.replace('-', '_')}"
    refused.__doc__ = _DOCSTRING.format(name=service_name(service))
    decorate = resource_rule(
        on=SERVICES[service],
        level=Level.MANDATORY,
        severity=Severity.HIGH,
        source=service_url(service),
        tags=("constraint-book", service),
    )
    return decorate(refused)


REFUSED_REQUESTS = tuple(_refused_by(service) for service in SERVICES)
