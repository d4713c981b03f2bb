"""Security policies of load balancers with the protocols and ciphers they admit."""

from __future__ import annotations

from tools.catalog.sources import Sources, encode

NAME = "tls_policies"
SOURCES = ("moto",)


def build(sources: Sources) -> dict[str, bytes]:
    """`rows`: policy -> {protocols, ciphers}."""
    policies = sources.moto_literal("elbv2/ssl_policies.py", "SSL_POLICIES")
    rows = {
        name: {"protocols": sorted(policy["ssl_protocols"]), "ciphers": sorted(policy["ciphers"])}
        for name, policy in policies.items()
    }
    return {f"{NAME}.json.gz": encode({"rows": rows})}
