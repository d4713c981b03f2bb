"""The hand-written tables: every row has a source, and the questions to them answer."""

from __future__ import annotations

import json
import re
from datetime import date
from ipaddress import IPv4Network

import pulumi_aws
import pytest

from policypack.aws import catalog
from policypack.aws.catalog.loader import HAND, load, rows

TABLES = sorted(path.stem for path in HAND.glob("*.json"))


@pytest.mark.parametrize("table", TABLES)
def test_every_row_has_a_source_and_a_day_of_check(table: str) -> None:
    content = json.loads((HAND / f"{table}.json").read_text(encoding="utf-8"))
    assert content
    for row in content:
        assert row["source"]
        if row["checked"] is not None:
            assert date.fromisoformat(row["checked"]) >= date(2026, 1, 1)
            assert row["source"].startswith("https://")


@pytest.mark.parametrize("table", TABLES)
def test_rows_of_a_table_have_the_same_columns_and_differ(table: str) -> None:
    content = json.loads((HAND / f"{table}.json").read_text(encoding="utf-8"))
    assert len({tuple(row) for row in content}) == 1
    assert len({json.dumps(row, sort_keys=True) for row in content}) == len(content)


def test_types_in_the_tables_are_pulumi_types() -> None:
    named = {kind for quota in catalog.quotas().values() for kind in quota.types}
    named |= {row.type for row in catalog.document_sizes()}
    named |= {row.type for row in catalog.sns_publishers()}
    assert [kind for kind in sorted(named) if not _exists(kind)] == []


def _exists(token: str) -> bool:
    # aws:ec2/vpc:Vpc is pulumi_aws.ec2.Vpc, aws:lambda/... is pulumi_aws.lambda_.
    module, name = re.fullmatch(r"aws:(\w+)/\w+:(\w+)", token).groups()  # type: ignore[union-attr]
    module = {"lambda": "lambda_"}.get(module, module)
    return hasattr(getattr(pulumi_aws, module, None), name)


def test_quotas() -> None:
    vpcs = catalog.quota("L-F678F1CE")
    assert vpcs is not None
    assert vpcs == catalog.quota("vpcs")
    assert vpcs.default == 5
    assert catalog.quota("no-such-quota") is None
    for quota in catalog.quotas().values():
        assert quota.maximum is None or quota.maximum >= quota.default
        assert quota.adjustable or quota.maximum == quota.default


def test_document_sizes() -> None:
    policy = catalog.document_size("aws:iam/policy:Policy", "policy")
    assert policy is not None
    assert (policy.limit, policy.counts_white_space) == (6144, False)
    assert catalog.document_size("aws:iam/policy:Policy", "name") is None
    bus = catalog.document_size("aws:cloudwatch/eventBusPolicy:EventBusPolicy", "policy")
    assert bus is not None
    assert bus.adjustable


def test_ebs_volume_types_are_those_of_the_model() -> None:
    assert sorted(catalog.ebs_volume_types()) == sorted(
        catalog.enumeration("ec2", "VolumeType") or ()
    )
    gp3 = catalog.ebs_volume_type("gp3")
    assert gp3 is not None
    assert (gp3.gib, gp3.iops, gp3.throughput_mibps) == ((1, 65536), (3000, 80000), (125, 2000))
    assert catalog.ebs_volume_type("gp9") is None


def test_default_ports_know_every_engine() -> None:
    engines = [name for name in catalog.engines() if not name.startswith("custom-")]
    assert [name for name in engines if catalog.default_port(name) is None] == []
    assert catalog.default_port("no-such-engine") is None


def test_reserved_ranges() -> None:
    refused = [block for block, _ in catalog.reserved_ranges(refused=True)]
    assert IPv4Network("169.254.0.0/16") in refused
    (clashing,) = catalog.reserved_ranges(refused=False)
    assert clashing[0] == IPv4Network("172.17.0.0/16")
    assert "Docker" in clashing[1]


def test_unsupported_zones_are_zones() -> None:
    known = {zone for region in catalog.regions().values() for zone in region.zone_ids}
    zones = catalog.unsupported_zones("eks")
    assert zones
    # moto's list of us-west-1 and ca-central-1 leaves out zones that new accounts cannot see.
    assert {zone.partition("-")[0] for zone in zones} <= {zone.partition("-")[0] for zone in known}
    assert catalog.unsupported_zones("no-such-service") == frozenset()


def test_previous_generations_are_families() -> None:
    assert catalog.is_previous_generation("m1") is True
    assert catalog.is_previous_generation("m4") is True
    assert catalog.is_previous_generation("t2") is False
    assert catalog.is_previous_generation("m7g") is None


@pytest.mark.parametrize(
    ("size", "factor"),
    [("nano", 0.25), ("large", 4), ("xlarge", 8), ("2xlarge", 16), ("metal", None), ("", None)],
)
def test_size_factors(size: str, factor: float | None) -> None:
    assert catalog.size_factor(size) == factor


def test_storage_classes_are_those_of_the_model() -> None:
    known = set(catalog.enumeration("s3", "TransitionStorageClass") or ())
    assert known <= set(catalog.storage_classes())
    assert catalog.storage_classes()["DEEP_ARCHIVE"].minimum_days == 180


@pytest.mark.parametrize(
    "value",
    [
        "changeme",
        " TODO ",
        "<bucket name>",
        "${VpcId}",
        "{{ region }}",
        "vpc-xxxxxxxx",
        "i-1234567890abcdef0",
        "sg-00000000000000000",
        "ami-12345678",
        "your-bucket-name",
    ],
)
def test_placeholders(value: str) -> None:
    assert catalog.is_placeholder(value)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "prod",
        "my-bucket-name",
        "{{resolve:ssm:/db/password}}",
        "vpc-0a1b2c3d4e5f60718",
        "none of these",
        "<a><b>",
        "x" * 100_000,
    ],
)
def test_ordinary_values_are_no_placeholders(value: str) -> None:
    assert not catalog.is_placeholder(value)


def test_placeholder_accounts() -> None:
    assert catalog.is_placeholder_account("123456789012")
    assert not catalog.is_placeholder_account("408713290546")


def test_names_ports_publishers_and_metric_regions() -> None:
    assert "xn--" in catalog.s3_reserved_name_parts("prefix")
    assert "-s3alias" in catalog.s3_reserved_name_parts("suffix")
    assert all(port.first <= port.last for port in catalog.well_known_ports())
    ports = [n for row in catalog.well_known_ports() for n in range(row.first, row.last + 1)]
    assert len(ports) == len(set(ports))
    assert any(row.principal == "s3.amazonaws.com" for row in catalog.sns_publishers())
    for row in catalog.sns_publishers():
        assert row.checked_at_creation is (row.creation_source is not None)
    assert catalog.metric_region("AWS/Billing") == "us-east-1"
    assert catalog.metric_region("AWS/EC2") is None


def test_burstable_families_are_types_that_moto_does_not_mark() -> None:
    names = rows("instance_types")
    families = {row["family"] for row in json.loads((HAND / "burstable_families.json").read_text())}
    column = load("instance_types")["columns"]["burstable"]
    for family in families:
        members = [position for name, position in names.items() if name.split(".")[0] == family]
        assert members
        assert not any(column["values"][column["index"][position]] for position in members)
