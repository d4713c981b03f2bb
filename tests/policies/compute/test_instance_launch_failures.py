from __future__ import annotations

from typing import Any

import pytest
from pulumi_aws import autoscaling, ebs, ec2, ecs, iam, lb

from policies.compute.instance_launch_failures import (
    architecture_of_parameter,
    ec2_ami_architecture_mismatch,
    ec2_capacity_single_pool,
    ec2_ebs_volume_spec_invalid,
    ec2_instance_classic_security_groups,
    ec2_instance_option_unsupported_by_type,
    ec2_instance_profile_is_role,
    ec2_instance_type_not_offered_in_region,
    ec2_placement_group_conflict,
    ec2_subnet_too_small_for_group,
    ec2_tenancy_conflict,
)
from policypack.aws.catalog import generated_on
from policypack.aws.ebs import volume_faults
from policypack.testing import case, unknown

AMI = "ami-0abcdef1234567890"
TRUST = '{"Version": "2012-10-17", "Statement": []}'


def instance(name: str = "web", **more: Any) -> ec2.Instance:
    return ec2.Instance(name, **{"ami": AMI, "instance_type": "t3.micro", **more})


@pytest.mark.parametrize(
    ("kind", "size", "iops", "throughput", "faulty"),
    [
        ("gp3", 100, 3000, 1000, ["throughput"]),
        ("gp3", 100, 4000, 1000, []),
        ("gp3", 4, 3000, None, []),
        ("gp3", 10, 6000, None, ["iops"]),
        ("gp2", 100, 3000, None, ["iops"]),
        ("gp2", 20_000, None, None, []),
        ("st1", 100, None, 200, ["size", "throughput"]),
        ("io1", 4, 200, None, []),
        ("io1", 4, 201, None, ["iops"]),
        ("io2", None, 256_000, None, []),
        ("tomorrow", 1, 1, 1, []),
    ],
)
def test_volume_faults(kind: str, size: Any, iops: Any, throughput: Any, faulty: Any) -> None:
    assert [key for key, _ in volume_faults(kind, size, iops, throughput)] == faulty


@case(
    ec2_ebs_volume_spec_invalid,
    "fires",
    "throughput: 1000 MiB/s needs 4000 IOPS, the volume has 3000",
)
def test_throughput_without_iops() -> None:
    ebs.Volume("data", availability_zone="us-east-1a", type="gp3", size=100, throughput=1000)


@case(
    ec2_ebs_volume_spec_invalid,
    "fires",
    "iops: io1 needs its IOPS given",
    "multiAttachEnabled: gp2 attaches to one instance only",
    "size: neither a size nor a snapshot is given",
    "kmsKeyId: a key is given for a volume that is not encrypted",
    "ebsBlockDevices[0].throughput: gp2 takes no throughput",
)
def test_other_volume_faults() -> None:
    ebs.Volume("a", availability_zone="us-east-1a", type="io1", size=100)
    ebs.Volume("b", availability_zone="us-east-1a", multi_attach_enabled=True)
    ebs.Volume("c", availability_zone="us-east-1a", size=1, kms_key_id="arn:aws:kms:x")
    device = {"device_name": "/dev/sdf", "volume_type": "gp2", "throughput": 200}
    instance(ebs_block_devices=[device])


@case(ec2_ebs_volume_spec_invalid, "sound")
def test_volume_sound() -> None:
    ebs.Volume(
        "data",
        availability_zone="us-east-1a",
        type="gp3",
        size=100,
        iops=4000,
        throughput=1000,
    )


@case(ec2_ebs_volume_spec_invalid, "absent")
def test_volume_of_the_images_type() -> None:
    instance(root_block_device={"volume_size": 20, "iops": 4000})
    ebs.Volume("restored", availability_zone="us-east-1a", snapshot_id="snap-1")


@case(ec2_ebs_volume_spec_invalid, "unknown")
def test_volume_unknown() -> None:
    ebs.Volume(
        "data", availability_zone="us-east-1a", type="gp3", size=unknown(), throughput=1000,
        iops=unknown(),
    )  # fmt: skip
    ebs.Volume("more", availability_zone="us-east-1a", type=unknown(), size=1, iops=9)
    instance(ebs_block_devices=unknown())


@case(ec2_instance_profile_is_role, "fires", "iamInstanceProfile: web is a role")
def test_role_for_profile() -> None:
    role = iam.Role("web", assume_role_policy='{"Version": "2012-10-17", "Statement": []}')
    ec2.Instance(
        "web",
        ami="ami-0abcdef1234567890",
        instance_type="t3.micro",
        iam_instance_profile=role.name,
    )


@case(
    ec2_instance_profile_is_role,
    "fires",
    'iamInstanceProfile.arn: "arn:aws:iam::123456789012:role/web" is the ARN of a role',
)
def test_role_arn_in_a_template() -> None:
    profile = {"arn": "arn:aws:iam::123456789012:role/web"}
    ec2.LaunchTemplate("web", iam_instance_profile=profile)


@case(ec2_instance_profile_is_role, "sound")
def test_profile() -> None:
    role = iam.Role("web", assume_role_policy='{"Version": "2012-10-17", "Statement": []}')
    profile = iam.InstanceProfile("web", role=role.name)
    ec2.Instance(
        "web",
        ami="ami-0abcdef1234567890",
        instance_type="t3.micro",
        iam_instance_profile=profile.name,
    )


@case(ec2_instance_profile_is_role, "sound")
def test_profile_that_shares_its_name_with_a_role() -> None:
    role = iam.Role("web", name="web", assume_role_policy=TRUST)
    iam.InstanceProfile("web", name="web", role=role.name)
    instance(iam_instance_profile=role.name)


@case(ec2_instance_profile_is_role, "absent")
def test_no_profile() -> None:
    instance()


@case(ec2_instance_profile_is_role, "unknown")
def test_profile_from_several_things() -> None:
    roles = [iam.Role(name, assume_role_policy=TRUST) for name in "ab"]
    instance(iam_instance_profile=unknown(*roles))


@case(
    ec2_instance_classic_security_groups,
    "fires",
    "securityGroups: web is a name, beside a subnet",
)
def test_group_names_in_a_subnet() -> None:
    ec2.Instance(
        "web",
        ami="ami-0abcdef1234567890",
        instance_type="t3.micro",
        subnet_id="subnet-0123456789abcdef0",
        security_groups=["web"],
    )


@case(
    ec2_instance_classic_security_groups,
    "fires",
    "securityGroupNames: groups are named beside groups by id",
)
def test_group_names_beside_ids() -> None:
    ec2.LaunchTemplate("web", security_group_names=["web"], vpc_security_group_ids=["sg-1"])


@case(ec2_instance_classic_security_groups, "sound")
def test_group_ids_in_a_subnet() -> None:
    ec2.Instance(
        "web",
        ami="ami-0abcdef1234567890",
        instance_type="t3.micro",
        subnet_id="subnet-0123456789abcdef0",
        vpc_security_group_ids=["sg-0123456789abcdef0"],
    )


@case(ec2_instance_classic_security_groups, "absent")
def test_group_names_in_the_default_vpc() -> None:
    instance(security_groups=["web"])


@case(ec2_instance_classic_security_groups, "unknown")
def test_group_names_unknown() -> None:
    instance(security_groups=[unknown()], subnet_id="subnet-1")


SSM = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-"


@case(
    ec2_ami_architecture_mismatch,
    "fires",
    "imageId: the image is for x86_64, t4g.micro runs arm64",
)
def test_intel_image_on_graviton() -> None:
    path = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
    ec2.LaunchTemplate("web", image_id=f"resolve:ssm:{path}", instance_type="t4g.micro")


@case(ec2_ami_architecture_mismatch, "sound")
def test_arm_image_on_graviton() -> None:
    path = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
    ec2.LaunchTemplate("web", image_id=f"resolve:ssm:{path}", instance_type="t4g.micro")


@case(ec2_ami_architecture_mismatch, "absent")
def test_image_of_no_told_architecture() -> None:
    instance(instance_type="t4g.micro")
    ec2.LaunchTemplate("web", image_id=SSM + "x86_64")


@case(ec2_ami_architecture_mismatch, "unknown")
def test_image_of_a_type_of_tomorrow() -> None:
    instance(ami=SSM + "x86_64", instance_type=unknown())
    ec2.LaunchTemplate("new", image_id=SSM + "x86_64", instance_type="m99gn.large")


def test_architecture_of_parameter() -> None:
    assert architecture_of_parameter(SSM + "arm64") == "arm64"
    assert architecture_of_parameter(SSM) is None
    assert architecture_of_parameter("ami-arm64") is None


@case(
    ec2_instance_option_unsupported_by_type,
    "fires",
    "creditSpecification.cpuCredits: m5.large earns no CPU credits",
)
def test_credits_of_a_type_without() -> None:
    ec2.LaunchTemplate(
        "web",
        image_id="ami-0abcdef1234567890",
        instance_type="m5.large",
        credit_specification={"cpu_credits": "unlimited"},
    )


@case(
    ec2_instance_option_unsupported_by_type,
    "fires",
    "cpuOptions.coreCount: m5.2xlarge takes 2, 4, not 3",
    "enclaveOptions.enabled: t3.micro has no Nitro Enclaves",
)
def test_cores_and_enclaves() -> None:
    instance("a", instance_type="m5.2xlarge", cpu_options={"core_count": 3})
    instance("b", enclave_options={"enabled": True})


@case(ec2_instance_option_unsupported_by_type, "sound")
def test_credits_of_a_burstable_type() -> None:
    ec2.LaunchTemplate(
        "web",
        image_id="ami-0abcdef1234567890",
        instance_type="t3.large",
        credit_specification={"cpu_credits": "unlimited"},
    )


@case(ec2_instance_option_unsupported_by_type, "absent")
def test_options_absent() -> None:
    instance(instance_type="m5.large")
    instance("ignored", instance_type="m5.large", credit_specification={"cpu_credits": "standard"})


@case(ec2_instance_option_unsupported_by_type, "unknown")
def test_options_of_unknown_or_new_types() -> None:
    credits = {"cpu_credits": "unlimited"}
    instance("a", instance_type=unknown(), credit_specification=credits)
    instance("b", instance_type="m99.large", credit_specification=credits)
    instance("c", instance_type="m5.large", credit_specification={"cpu_credits": unknown()})


@case(ec2_placement_group_conflict, "fires", "instanceType: t3.large does not go into a cluster")
def test_burstable_in_a_cluster() -> None:
    group = ec2.PlacementGroup("hpc", strategy="cluster")
    ec2.Instance(
        "node",
        ami="ami-0abcdef1234567890",
        instance_type="t3.large",
        placement_group=group.name,
    )


@case(
    ec2_placement_group_conflict,
    "fires",
    "vpcZoneIdentifiers: the cluster would span us-east-1a, us-east-1b",
    "partitionCount: a spread has no partitions",
)
def test_cluster_of_two_zones() -> None:
    group = ec2.PlacementGroup("hpc", strategy="cluster")
    subnets = [subnet(zone) for zone in "ab"]
    scaling("nodes", subnets, placement_group=group.id)
    ec2.PlacementGroup("wide", strategy="spread", partition_count=3)


def subnet(zone: Any, block: str = "10.0.0.0/24") -> ec2.Subnet:
    known = f"us-east-1{zone}" if isinstance(zone, str) else zone
    return ec2.Subnet(f"s{zone}", vpc_id="vpc-1", cidr_block=block, availability_zone=known)


def scaling(name: str, subnets: Any, **more: Any) -> autoscaling.Group:
    template = ec2.LaunchTemplate(name, image_id=AMI, instance_type="c6i.large")
    return autoscaling.Group(
        name,
        **{"min_size": 0, "max_size": 4, **more},
        launch_template={"id": template.id},
        vpc_zone_identifiers=[one.id for one in subnets],
    )


@case(ec2_placement_group_conflict, "sound")
def test_large_type_in_a_cluster() -> None:
    group = ec2.PlacementGroup("hpc", strategy="cluster")
    ec2.Instance(
        "node",
        ami="ami-0abcdef1234567890",
        instance_type="c6i.large",
        placement_group=group.name,
    )


@case(ec2_placement_group_conflict, "absent")
def test_no_placement_group() -> None:
    instance(placement_group="elsewhere")
    ec2.PlacementGroup("plain", strategy="spread")


@case(ec2_placement_group_conflict, "unknown")
def test_strategy_unknown() -> None:
    group = ec2.PlacementGroup("hpc", strategy=unknown(), partition_count=2)
    instance(placement_group=group.name)


def dedicated(tenancy: Any, of_vpc: Any = "dedicated", **more: Any) -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", instance_tenancy=of_vpc)
    one = ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    instance(subnet_id=one.id, tenancy=tenancy, **more)


@case(ec2_tenancy_conflict, "fires", "tenancy: default, in main of dedicated tenancy")
def test_shared_in_a_dedicated_vpc() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", instance_tenancy="dedicated")
    subnet = ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    ec2.Instance(
        "web",
        ami="ami-0abcdef1234567890",
        instance_type="m5.large",
        subnet_id=subnet.id,
        tenancy="default",
    )


@case(ec2_tenancy_conflict, "fires", "tenancy: t2.micro has no dedicated hosts")
def test_host_of_a_type_without() -> None:
    instance(instance_type="t2.micro", tenancy="host")


@case(ec2_tenancy_conflict, "sound")
def test_dedicated_in_a_dedicated_vpc() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", instance_tenancy="dedicated")
    subnet = ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    ec2.Instance(
        "web",
        ami="ami-0abcdef1234567890",
        instance_type="m5.large",
        subnet_id=subnet.id,
        tenancy="dedicated",
    )


@case(ec2_tenancy_conflict, "absent")
def test_tenancy_inherited() -> None:
    dedicated(None)


@case(ec2_tenancy_conflict, "unknown")
def test_tenancy_unknown() -> None:
    dedicated("default", of_vpc=unknown())
    instance("b", tenancy=unknown(), instance_type="t2.micro")


@case(
    ec2_instance_type_not_offered_in_region,
    "fires",
    f"instanceType: p5.48xlarge is not offered in eu-south-1, as known on {generated_on()}",
    region="eu-south-1",
)
def test_type_not_offered() -> None:
    ec2.Instance("train", ami="ami-0abcdef1234567890", instance_type="p5.48xlarge")


@case(ec2_instance_type_not_offered_in_region, "sound", region="eu-south-1")
def test_type_offered() -> None:
    ec2.Instance("web", ami="ami-0abcdef1234567890", instance_type="m5.large")


@case(ec2_instance_type_not_offered_in_region, "absent")
def test_offered_without_type() -> None:
    ec2.LaunchTemplate("web")
    instance("new", instance_type="m99.large")


@case(ec2_instance_type_not_offered_in_region, "unknown")
def test_offered_unknown() -> None:
    instance(instance_type=unknown())


@case(
    ec2_capacity_single_pool,
    "fires",
    "vpcZoneIdentifiers: 4 instances of one type are in us-east-1a alone",
)
def test_one_pool() -> None:
    subnet = ec2.Subnet(
        "a",
        vpc_id="vpc-0123456789abcdef0",
        cidr_block="10.0.0.0/24",
        availability_zone="us-east-1a",
    )
    template = ec2.LaunchTemplate("web", image_id="ami-0abcdef1234567890", instance_type="m5.large")
    autoscaling.Group(
        "web",
        min_size=4,
        max_size=8,
        launch_template={"id": template.id},
        vpc_zone_identifiers=[subnet.id],
    )


@case(ec2_capacity_single_pool, "sound")
def test_two_pools() -> None:
    subnets = [
        ec2.Subnet(
            zone,
            vpc_id="vpc-0123456789abcdef0",
            cidr_block=f"10.0.{place}.0/24",
            availability_zone=f"us-east-1{zone}",
        )
        for place, zone in enumerate("ab")
    ]
    template = ec2.LaunchTemplate("web", image_id="ami-0abcdef1234567890", instance_type="m5.large")
    autoscaling.Group(
        "web",
        min_size=4,
        max_size=8,
        launch_template={"id": template.id},
        vpc_zone_identifiers=[subnet.id for subnet in subnets],
    )


@case(ec2_capacity_single_pool, "absent")
def test_subnets_elsewhere() -> None:
    autoscaling.Group("web", min_size=4, max_size=8, vpc_zone_identifiers=["subnet-1"])


@case(ec2_capacity_single_pool, "unknown")
def test_pool_of_unknown_zone() -> None:
    scaling("web", [subnet(unknown())], min_size=2)


@case(
    ec2_subnet_too_small_for_group,
    "fires",
    "vpcZoneIdentifiers: 20 may run, in subnets of 11 free addresses",
)
def test_subnet_too_small() -> None:
    subnet = ec2.Subnet("a", vpc_id="vpc-0123456789abcdef0", cidr_block="10.0.0.0/28")
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=20,
        launch_template={"id": "lt-0123456789abcdef0"},
        vpc_zone_identifiers=[subnet.id],
    )


@case(
    ec2_subnet_too_small_for_group,
    "fires",
    "networkConfiguration.subnets: 12 may run, in subnets of 11 free addresses",
    "subnets: a subnet has 16 addresses, a /27 has 32",
)
def test_subnet_too_small_for_tasks_and_a_balancer() -> None:
    one = subnet("a", "10.0.0.0/28")
    ecs.Service("api", desired_count=12, network_configuration={"subnets": [one.id]})
    lb.LoadBalancer("front", subnets=[one.id])


@case(ec2_subnet_too_small_for_group, "sound")
def test_subnet_large_enough() -> None:
    subnet = ec2.Subnet("a", vpc_id="vpc-0123456789abcdef0", cidr_block="10.0.0.0/24")
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=20,
        launch_template={"id": "lt-0123456789abcdef0"},
        vpc_zone_identifiers=[subnet.id],
    )


@case(ec2_subnet_too_small_for_group, "absent")
def test_sizes_absent() -> None:
    autoscaling.Group("web", min_size=1, max_size=99, vpc_zone_identifiers=["subnet-1"])
    ecs.Service("api")


@case(ec2_subnet_too_small_for_group, "unknown")
def test_block_unknown() -> None:
    scaling("web", [subnet("a", unknown())], max_size=99)
    scaling("two", [subnet("b", "10.0.0.0/28")], max_size=unknown())
