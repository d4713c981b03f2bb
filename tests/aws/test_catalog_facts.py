"""Facts of the catalog, spot-checked against AWS's documentation, and what unknown means."""

from __future__ import annotations

from datetime import date

import pytest

from policypack.aws import catalog


def test_instance_type_attributes() -> None:
    # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-types.html
    m5 = catalog.instance_type("m5.large")
    assert m5 is not None
    assert (m5.vcpus, m5.memory_mib, m5.architectures) == (2, 8192, ("x86_64",))
    assert (m5.network_interfaces, m5.ipv4_per_interface, m5.ebs_maximum_iops) == (3, 10, 18750)
    assert not m5.burstable
    assert not m5.instance_store
    assert m5.family == "m5"


@pytest.mark.parametrize("name", ["t2.micro", "t3.large", "t4g.nano", "t8i.micro"])
def test_burstable_types(name: str) -> None:
    kind = catalog.instance_type(name)
    assert kind is not None
    assert kind.burstable


def test_an_unknown_instance_type_is_unknown_everywhere() -> None:
    assert catalog.instance_type("m99.large") is None
    assert not catalog.is_known_instance_type("m99.large")
    assert not catalog.is_known_instance_family("m99")
    assert catalog.offered("m99.large", "use1-az1") is None
    assert catalog.offered_in_region("m99.large", "us-east-1") is None
    assert catalog.zones_offering("m99.large", "us-east-1") is None


def test_offerings_by_zone() -> None:
    assert catalog.offered("m5.large", "use1-az1") is True
    assert catalog.offered("m5.large", "use1-az3") is False
    assert catalog.offered("m5.large", "use1-bos1-az1") is None
    assert catalog.offered("m5.large", "xyz9-az1") is None
    zones = catalog.zones_offering("m5.large", "us-east-1")
    assert zones is not None
    assert "use1-az3" not in zones
    assert len(zones) == 5


def test_offerings_by_region() -> None:
    assert catalog.offered_in_region("m5.large", "eu-west-1") is True
    assert catalog.offered_in_region("p4d.24xlarge", "af-south-1") is False
    assert catalog.offered_in_region("m5.large", "moon-north-1") is None


def test_regions_and_partitions() -> None:
    assert catalog.partition_of("eu-central-1") == "aws"
    assert catalog.partition_of("cn-north-1") == "aws-cn"
    assert catalog.partition_of("us-gov-west-1") == "aws-us-gov"
    assert catalog.partition_of("us-east-9") == "aws"
    assert catalog.partition_of("nowhere") is None
    assert catalog.region("aws-global") is None
    assert catalog.zone_id_prefix("eu-central-1") == "euc1"
    assert catalog.region_of_zone_id("usw2-az4") == "us-west-2"
    assert catalog.region_of_zone_name("us-west-2b") == "us-west-2"
    assert catalog.region_of_zone_name("us-west-2-lax-1a") == "us-west-2"
    assert catalog.region_of_zone_name("us-west-2") is None
    assert catalog.partitions()["aws-cn"].dns_suffix == "amazonaws.com.cn"


def test_no_two_regions_share_a_zone_id_prefix() -> None:
    prefixes = [catalog.zone_id_prefix(name) for name in catalog.regions()]
    known = [prefix for prefix in prefixes if prefix]
    assert len(known) == len(set(known)) >= 30


@pytest.mark.parametrize(
    ("engine", "version", "exists"),
    [
        ("postgres", "16.4", True),
        ("postgres", "16", True),
        ("postgres", "16.99", None),
        ("postgres", "99.1", None),
        ("mysql", "8.0.1", False),
        ("mysql", "8.0.999", None),
        ("no-such-engine", "1.0", None),
        ("mysql", "latest", None),
    ],
)
def test_engine_versions(engine: str, version: str, exists: bool | None) -> None:
    assert catalog.engine_version_exists(engine, version) is exists


@pytest.mark.parametrize(
    ("engine", "version", "family"),
    [
        ("postgres", "16.4", "postgres16"),
        ("postgres", "9.6.24", "postgres9.6"),
        ("postgres", "9", None),
        ("mysql", "8.0.35", "mysql8.0"),
        ("mysql", "8", None),
        ("mariadb", "10.11.6", "mariadb10.11"),
        ("aurora-mysql", "8.0.mysql_aurora.3.08.0", "aurora-mysql8.0"),
        ("aurora-postgresql", "15.4", "aurora-postgresql15"),
        ("oracle-se2", "19.0.0.0.ru-2024-01.rur-2024-01.r1", "oracle-se2-19"),
        ("sqlserver-ee", "15.00.4345.5.v1", "sqlserver-ee-15.0"),
        ("db2-se", "11.5.9.0.sb00000000.r1", "db2-se-11.5"),
        ("docdb", "5.0.0", "docdb5.0"),
        ("neptune", "1.1.1.0", "neptune1"),
        ("neptune", "1.3.2.1", "neptune1.3"),
        ("custom-oracle-ee", "19.cdb", None),
    ],
)
def test_parameter_group_families(engine: str, version: str, family: str | None) -> None:
    assert catalog.family_of(engine, version) == family


def test_families_of_an_engine() -> None:
    assert catalog.families("aurora-mysql") == (
        "aurora-mysql5.7",
        "aurora-mysql8.0",
        "aurora-mysql8.4",
    )
    assert catalog.families("oracle-ee") == ()
    assert catalog.engine_versions("oracle-ee") is None
    assert "oracle-ee" in catalog.engines()


def test_instance_classes() -> None:
    virginia = catalog.instance_classes("rds", "us-east-1", engine="postgres")
    assert virginia is not None
    assert "db.t4g.micro" in virginia
    assert "db.m5.larg" not in virginia
    assert catalog.instance_classes("rds", "moon-north-1", engine="postgres") is None
    assert catalog.instance_classes("rds", engine="no-such-engine") is None
    assert catalog.instance_classes("../engines") is None
    redshift = catalog.regions_with_class("redshift", "ra3.xlplus")
    assert redshift is not None
    assert "us-east-1" in redshift


def test_iam_actions() -> None:
    get = catalog.iam_action("S3:getobject")
    assert get is not None
    assert (get.name, get.access_level) == ("s3:GetObject", "Read")
    assert "object" in get.resource_types
    run = catalog.iam_action("ec2:RunInstances")
    assert run is not None
    assert "iam:PassRole" in run.dependent_actions
    assert run.resource_types["instance"] is True
    assert catalog.iam_action("s3:NoSuchAction") is None
    assert catalog.iam_action("nosuchservice:Get") is None
    assert catalog.iam_action("../x:Get") is None
    assert catalog.iam_action("*") is None
    assert catalog.iam_actions("nosuchservice") is None
    assert catalog.iam_actions("_prefixes") is None
    assert catalog.resource_types("_prefixes") == {}
    assert catalog.service_prefixes()["sqs"] == "Amazon SQS"
    assert catalog.resource_types("sqs")["queue"].arn.endswith(":${QueueName}")
    assert catalog.condition_keys("nosuchservice") == {}


def test_managed_policies() -> None:
    assert catalog.managed_policy_path("AdministratorAccess") == "/"
    assert catalog.managed_policy_path("AWSLambdaBasicExecutionRole") == "/service-role/"
    assert catalog.managed_policy_path("NoSuchPolicy") is None
    statements = catalog.managed_policy_statements("AdministratorAccess")
    assert statements == [{"Action": "*", "Effect": "Allow", "Resource": "*"}]
    assert catalog.managed_policy_statements("NoSuchPolicy") is None
    for name in catalog.managed_policy_names():
        assert catalog.managed_policy_statements(name)


def test_metrics() -> None:
    cpu = catalog.metric("AWS/EC2", "CPUUtilization")
    assert cpu is not None
    assert ("InstanceId",) in cpu.dimension_sets
    assert catalog.metric("AWS/EC2", "CPUUtilisation") is None
    assert catalog.metrics("AWS/NoSuchService") is None
    assert "AWS/Lambda" in catalog.metric_namespaces()


def test_runtimes() -> None:
    # https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    python = catalog.runtime("python3.8")
    assert python is not None
    assert python.deprecated == date(2024, 10, 14)
    assert catalog.runtime("python9.9") is None
    assert "nodejs22.x" in catalog.runtimes()


def test_enumerations() -> None:
    assert catalog.enumeration("s3", "BucketVersioningStatus") == ("Enabled", "Suspended")
    assert catalog.enumeration("s3", "NoSuchShape") is None
    days = catalog.log_retention_days()
    assert (days[0], days[-1], len(days)) == (1, 3653, 22)


def test_tls_policies() -> None:
    modern = catalog.tls_policy("ELBSecurityPolicy-TLS13-1-2-2021-06")
    assert modern is not None
    assert modern.protocols == ("TLSv1.2", "TLSv1.3")
    assert catalog.tls_policy("ELBSecurityPolicy-2099-01") is None
    assert "ELBSecurityPolicy-2016-08" in catalog.tls_policies()


def test_tags_and_data() -> None:
    assert catalog.taggable("aws:s3/bucket:Bucket") == "map"
    assert catalog.taggable("aws:autoscaling/group:Group") == "list"
    assert catalog.taggable("aws:iam/rolePolicy:RolePolicy") is None
    assert catalog.takes_default_tags("aws:s3/bucket:Bucket")
    assert not catalog.takes_default_tags("aws:autoscaling/group:Group")
    assert catalog.holds_data("aws:fsx/windowsFileSystem:WindowsFileSystem")
    assert not catalog.holds_data("aws:iam/role:Role")


def test_tag_limits() -> None:
    limits = catalog.tag_limits("aws:iam/role:Role")
    assert limits is not None
    assert (limits.service, limits.most) == ("iam", 50)
    assert (limits.key.least, limits.key.most) == (1, 128)
    assert (limits.value.least, limits.value.most) == (0, 256)
    assert catalog.tag_limits("aws:ec2/vpc:Vpc") is None
    assert catalog.tag_limits("aws:none/such:Thing") is None


def test_secret_inputs() -> None:
    assert catalog.secret_inputs("aws:rds/instance:Instance") == ("password", "passwordWo")
    assert catalog.secret_inputs("aws:s3/bucket:Bucket") == ()
