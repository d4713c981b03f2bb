from __future__ import annotations

from typing import Any

import pytest
from pulumi_aws import autoscaling, ebs, ec2, ecs, eks, iam, lb

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
from policypack import Level
from policypack.aws.catalog import generated_on
from policypack.aws.ebs import volume_faults
from policypack.plan.stack import StackContext
from policypack.rules.rule import Rule
from policypack.testing import case, evaluate, planned, unknown

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


@case(
    ec2_ebs_volume_spec_invalid,
    "fires",
    "ebsBlockDevices[0].iops: 99 IOPS is less than any type takes, which is 100",
    "ebsBlockDevices[0].throughput: 124 MiB/s is less than any type takes, which is 125",
    "rootBlockDevice.volumeType: no instance boots from a volume of type st1",
)
def test_volumes_that_no_type_makes_right() -> None:
    device = {"device_name": "/dev/sdf", "iops": 99, "throughput": 124}
    instance(
        root_block_device={"volume_type": "st1", "volume_size": 125}, ebs_block_devices=[device]
    )


@case(
    ec2_ebs_volume_spec_invalid,
    "fires",
    "volumeInitializationRate: 301 MiB/s is not 100 to 300",
    "volumeInitializationRate: the volume is made from no snapshot that could be loaded",
)
def test_loading_of_volumes() -> None:
    ebs.Volume(
        "a", availability_zone="us-east-1a", snapshot_id="snap-1", volume_initialization_rate=301
    )
    ebs.Volume("b", availability_zone="us-east-1a", size=1, volume_initialization_rate=100)


@case(ec2_ebs_volume_spec_invalid, "sound")
def test_volumes_of_few_numbers() -> None:
    device = {"device_name": "/dev/sdf", "volume_type": "st1", "volume_size": 125, "iops": 0}
    instance(ebs_block_devices=[device], root_block_device={"iops": 100, "throughput": 125})
    ebs.Volume(
        "a", availability_zone="us-east-1a", snapshot_id=unknown(), volume_initialization_rate=300
    )


@case(
    ec2_ebs_volume_spec_invalid,
    "fires",
    "throughput: 2400 MiB/s is more than the 2000 known of gp3",
    "rootBlockDevice.volumeSize: 16385 GiB is more than the 16384 known of gp2",
)
def test_volumes_above_the_known_bounds() -> None:
    ebs.Volume(
        "a", availability_zone="us-east-1a", type="gp3", size=100, iops=16000, throughput=2400
    )
    instance(root_block_device={"volume_type": "gp2", "volume_size": 16_385})


@case(
    ec2_ebs_volume_spec_invalid,
    "fires",
    "iops: 1000 IOPS is less than the 3000 of gp3",
    "blockDeviceMappings[0].ebs.throughput: 100 MiB/s is less than the 125 of gp3",
)
def test_volumes_below_their_bounds() -> None:
    ebs.Volume("a", availability_zone="us-east-1a", type="gp3", size=100, iops=1000)
    disk = {"volume_type": "gp3", "volume_size": 20, "throughput": 100}
    ec2.LaunchTemplate("web", block_device_mappings=[{"device_name": "/dev/sdf", "ebs": disk}])


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


@case(
    ec2_instance_classic_security_groups,
    "fires",
    "vpcZoneIdentifiers: the template named names groups, beside these subnets",
)
def test_group_names_of_a_template_in_subnets() -> None:
    template = ec2.LaunchTemplate("named", image_id=AMI, security_group_names=["web"])
    autoscaling.Group(
        "web", min_size=1, max_size=1, launch_template={"id": template.id},
        vpc_zone_identifiers=["subnet-1"],
    )  # fmt: skip


@case(ec2_instance_classic_security_groups, "sound")
def test_group_ids_where_names_belong() -> None:
    # The provider sends them as ids beside a subnet.
    instance(subnet_id="subnet-1", security_groups=["sg-0123456789abcdef0"])
    template = ec2.LaunchTemplate("named", image_id=AMI, security_group_names=["web"])
    autoscaling.Group(
        "web", min_size=1, max_size=1, launch_template={"id": template.id},
        availability_zones=["us-east-1a"],
    )  # fmt: skip


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


@case(
    ec2_ami_architecture_mismatch,
    "fires",
    "ami: the image is for x86_64, m7g.large runs arm64",
    "ami: the image is for arm64, t3.micro runs x86_64",
)
def test_image_of_the_stack() -> None:
    arm = ec2.Ami("arm", architecture="arm64", virtualization_type="hvm")
    instance(ami=arm.id)
    instance("b", ami=ec2.Ami("usual", virtualization_type="hvm").id, instance_type="m7g.large")


def several(template: ec2.LaunchTemplate, overrides: Any, **distribution: Any) -> Any:
    specification = {"launch_template_id": template.id}
    launch = {"launch_template_specification": specification, "overrides": overrides}
    return {"launch_template": launch, "instances_distribution": distribution or None}


def grouped(overrides: Any, template: Any = None, subnets: Any = (), **distribution: Any) -> None:
    template = template or ec2.LaunchTemplate("web", image_id=AMI, instance_type="c6i.large")
    autoscaling.Group(
        "web", min_size=1, max_size=4, vpc_zone_identifiers=[one.id for one in subnets] or None,
        mixed_instances_policy=several(template, overrides, **distribution),
    )  # fmt: skip


OVERRIDES = "mixedInstancesPolicy.launchTemplate.overrides"


@case(
    ec2_ami_architecture_mismatch,
    "fires",
    f"{OVERRIDES}[1].instanceType: the image of web is for x86_64, m7g.large runs arm64",
)
def test_override_of_another_architecture() -> None:
    template = ec2.LaunchTemplate("web", image_id=SSM + "x86_64", instance_type="m5.large")
    grouped([{"instance_type": "m5.large"}, {"instance_type": "m7g.large"}], template)


@case(ec2_ami_architecture_mismatch, "sound")
def test_override_of_another_architecture_with_its_template() -> None:
    template = ec2.LaunchTemplate("web", image_id=SSM + "x86_64", instance_type="m5.large")
    arm = ec2.LaunchTemplate("arm", image_id=SSM + "arm64")
    own = {"launch_template_id": arm.id}
    grouped([{"instance_type": "m7g.large", "launch_template_specification": own}], template)
    instance(ami=ec2.Ami("usual", virtualization_type="hvm").id)


def levels(rule: Rule, program: Any) -> list[Level]:
    return [one.level for one in evaluate(rule, planned(program, StackContext()))]


def test_what_may_still_be_taken_does_not_stop_a_preview() -> None:
    def architecture() -> None:
        template = ec2.LaunchTemplate("web", image_id=SSM + "x86_64")
        grouped([{"instance_type": "m7g.large"}], template)

    def interfaces() -> None:
        twice = [{"device_index": 0}, {"device_index": 0}]
        ec2.LaunchTemplate("web", instance_type="t3.micro", network_interfaces=twice)

    def cluster() -> None:
        group = ec2.PlacementGroup("hpc", strategy="cluster")
        template = ec2.LaunchTemplate("web", image_id=AMI, instance_type="t3.large")
        launch = {"id": template.id}
        autoscaling.Group(
            "web", min_size=1, max_size=2, launch_template=launch, placement_group=group.name
        )

    def excess() -> None:
        ebs.Volume("a", availability_zone="us-east-1a", type="io1", size=2000, iops=80_000)

    for rule, program in (
        (ec2_ebs_volume_spec_invalid, excess),
        (ec2_ami_architecture_mismatch, architecture),
        (ec2_instance_option_unsupported_by_type, interfaces),
        (ec2_placement_group_conflict, cluster),
    ):
        assert levels(rule, program) == [Level.ADVISORY]


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


@case(
    ec2_instance_option_unsupported_by_type,
    "fires",
    "rootBlockDevice.encrypted: an instance that hibernates boots from an encrypted volume",
    "ebsOptimized: t2.micro is not optimised for EBS",
    "ebsOptimized: t2.small is not optimised for EBS",
    "instanceMarketOptions.marketType: hpc7a.12xlarge is not sold as Spot",
)
def test_disks_and_markets() -> None:
    instance(
        "a", instance_type="m5.large", hibernation=True, root_block_device={"encrypted": False}
    )
    instance("b", instance_type="t2.micro", ebs_optimized=True)
    ec2.LaunchTemplate("c", instance_type="t2.small", ebs_optimized="true")
    spot = {"market_type": "spot"}
    ec2.LaunchTemplate("d", instance_type="hpc7a.12xlarge", instance_market_options=spot)


def attached(*places: tuple[int, int]) -> list[dict[str, Any]]:
    return [
        {"network_interface_id": f"eni-{one}", "device_index": index, "network_card_index": card}
        for one, (index, card) in enumerate(places)
    ]


@case(
    ec2_instance_option_unsupported_by_type,
    "fires",
    "networkInterfaces: t3.micro has 2 network interfaces, 3 are given",
    "networkInterfaces[1].deviceIndex: another interface has the device index 0 too",
)
def test_network_interfaces() -> None:
    instance("a", network_interfaces=attached((0, 0), (1, 0), (2, 0)))
    instance("b", instance_type="m5.large", network_interfaces=attached((0, 0), (0, 0)))


@case(ec2_instance_option_unsupported_by_type, "sound")
def test_network_interfaces_on_several_cards() -> None:
    places = attached((0, 0), *((1, card) for card in range(1, 5)))
    instance("a", instance_type="p4d.24xlarge", network_interfaces=places)
    instance("b", network_interfaces=attached((0, 0), (1, 0)))
    ec2.LaunchTemplate("c", instance_type="t2.micro", ebs_optimized="false")
    instance("d", instance_type="m5.large", hibernation=True, root_block_device={"encrypted": True})


@case(ec2_instance_option_unsupported_by_type, "unknown")
def test_network_interfaces_unknown() -> None:
    places = [{**one, "network_card_index": unknown()} for one in attached((0, 0), (0, 1))]
    instance("a", network_interfaces=places, ebs_optimized=unknown())


@case(
    ec2_instance_option_unsupported_by_type,
    "fires",
    "hibernationOptions.configured: p4d.24xlarge does not hibernate",
)
def test_hibernation_of_a_type_without() -> None:
    options = {"configured": True}
    ec2.LaunchTemplate("web", instance_type="p4d.24xlarge", hibernation_options=options)


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


@case(
    ec2_placement_group_conflict,
    "fires",
    "placementPartitionNumber: racks has 3 partitions, not 4",
    "placement.partitionNumber: hpc is a cluster, which has no partitions",
)
def test_partitions_that_there_are_not() -> None:
    racks = ec2.PlacementGroup("racks", strategy="partition", partition_count=3)
    hpc = ec2.PlacementGroup("hpc", strategy="cluster")
    instance(placement_group=racks.name, placement_partition_number=4)
    placement = {"group_name": hpc.name, "partition_number": 1}
    ec2.LaunchTemplate("web", instance_type="c6i.large", placement=placement)


@case(
    ec2_placement_group_conflict,
    "fires",
    "launchTemplate.id: t3.large of small does not go into a cluster",
    f"{OVERRIDES}[1].instanceType: t3.large does not go into a cluster",
)
def test_types_of_groups_outside_a_cluster() -> None:
    group = ec2.PlacementGroup("hpc", strategy="cluster")
    small = ec2.LaunchTemplate("small", image_id=AMI, instance_type="t3.large")
    launch = {"id": small.id}
    autoscaling.Group(
        "a", min_size=1, max_size=2, launch_template=launch, placement_group=group.name
    )
    types = [{"instance_type": "c6i.large"}, {"instance_type": "t3.large"}]
    autoscaling.Group(
        "b", min_size=1, max_size=2, mixed_instances_policy=several(small, types),
        placement_group=group.name,
    )  # fmt: skip


@case(ec2_placement_group_conflict, "sound")
def test_partitions_and_types_in_their_groups() -> None:
    racks = ec2.PlacementGroup("racks", strategy="partition", partition_count=3)
    instance(placement_group=racks.name, placement_partition_number=3)
    hpc = ec2.PlacementGroup("hpc", strategy="cluster")
    small = ec2.LaunchTemplate("small", image_id=AMI, instance_type="t3.large")
    policy = several(small, [{"instance_type": "c6i.large"}, {"instance_type": "m6i.large"}])
    autoscaling.Group(
        "b", min_size=1, max_size=2, mixed_instances_policy=policy, placement_group=hpc.name
    )


@case(ec2_placement_group_conflict, "unknown")
def test_partitions_unknown() -> None:
    racks = ec2.PlacementGroup("racks", strategy="partition", partition_count=unknown())
    instance(placement_group=racks.name, placement_partition_number=9)


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


@case(
    ec2_tenancy_conflict,
    "fires",
    "hostId: a host is named, for instances of tenancy dedicated",
    "placement.hostResourceGroupArn: a host is named, for instances of tenancy default",
    "placement.tenancy: t2.micro has no dedicated hosts",
)
def test_hosts_of_other_tenancies() -> None:
    instance(tenancy="dedicated", host_id="h-1")
    group = "arn:aws:resource-groups:us-east-1:123456789012:group/hosts"
    placement = {"tenancy": "default", "host_resource_group_arn": group}
    ec2.LaunchTemplate("a", placement=placement)
    ec2.LaunchTemplate("b", instance_type="t2.micro", placement={"tenancy": "host"})


def shared_group(tenancy: str | None, of_vpc: Any = "dedicated") -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16", instance_tenancy=of_vpc)
    one = ec2.Subnet("a", vpc_id=vpc.id, cidr_block="10.0.0.0/24")
    placement = {"tenancy": tenancy} if tenancy else None
    template = ec2.LaunchTemplate("web", instance_type="m5.large", placement=placement)
    autoscaling.Group(
        "web", min_size=1, max_size=1, launch_template={"id": template.id},
        vpc_zone_identifiers=[one.id],
    )  # fmt: skip


@case(
    ec2_tenancy_conflict,
    "fires",
    "launchTemplate.id: the template web asks for tenancy default, in main of dedicated",
)
def test_shared_group_in_a_dedicated_vpc() -> None:
    shared_group("default")


@case(ec2_tenancy_conflict, "sound")
def test_group_of_the_vpcs_tenancy() -> None:
    shared_group(None)
    instance("on-a-host", instance_type="m5.large", tenancy="host", host_id="h-1")
    group = "arn:aws:resource-groups:us-east-1:123456789012:group/hosts"
    ec2.LaunchTemplate("a", placement={"host_resource_group_arn": group})


@case(ec2_tenancy_conflict, "unknown")
def test_shared_group_in_an_unknown_vpc() -> None:
    shared_group("default", unknown())


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


@case(
    ec2_instance_type_not_offered_in_region,
    "fires",
    f"{OVERRIDES}[1].instanceType: p5.48xlarge is not offered in eu-south-1,"
    f" as known on {generated_on()}",
    f"instanceTypes[1]: p5.48xlarge is not offered in eu-south-1, as known on {generated_on()}",
    region="eu-south-1",
)
def test_types_of_groups_not_offered() -> None:
    kinds = ["m5.large", "p5.48xlarge"]
    grouped([{"instance_type": kind} for kind in kinds])
    eks.NodeGroup(
        "nodes", cluster_name="c", node_role_arn="arn:aws:iam::123456789012:role/n",
        subnet_ids=["subnet-1"], instance_types=kinds,
        scaling_config={"desired_size": 1, "max_size": 1, "min_size": 1},
    )  # fmt: skip


@case(ec2_instance_type_not_offered_in_region, "sound", region="eu-south-1")
def test_type_offered() -> None:
    ec2.Instance("web", ami="ami-0abcdef1234567890", instance_type="m5.large")


@case(ec2_instance_type_not_offered_in_region, "sound", region="x" * 300)
def test_region_of_no_such_length() -> None:
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


def one_of(kind: str, **more: Any) -> None:
    template = ec2.LaunchTemplate(kind, image_id=AMI, instance_type=kind, **more)
    autoscaling.Group(
        kind, min_size=1, max_size=2, launch_template={"id": template.id},
        vpc_zone_identifiers=[ec2.Subnet(
            kind, vpc_id="vpc-1", cidr_block="10.0.0.0/24", availability_zone="us-east-1a"
        ).id],
    )  # fmt: skip


@case(
    ec2_capacity_single_pool,
    "fires",
    "vpcZoneIdentifiers: one instance on Spot is in us-east-1a alone",
    "vpcZoneIdentifiers: one instance of the scarce type p4d.24xlarge is in us-east-1a alone",
)
def test_one_pool_of_something_scarce() -> None:
    one_of("m5.large", instance_market_options={"market_type": "spot"})
    one_of("p4d.24xlarge")


@case(
    ec2_capacity_single_pool,
    "fires",
    "mixedInstancesPolicy.instancesDistribution.spotAllocationStrategy:"
    " Spot at the lowest price draws on 2 types alone",
)
def test_few_types_at_the_lowest_price() -> None:
    types = [{"instance_type": "c6i.large"}, {"instance_type": "m6i.large"}]
    grouped(
        types, spot_allocation_strategy="lowest-price", on_demand_percentage_above_base_capacity=0
    )


@case(ec2_capacity_single_pool, "sound")
def test_scarce_types_that_are_reserved_and_types_enough() -> None:
    one_of("p4d.24xlarge", capacity_reservation_specification={
        "capacity_reservation_preference": "open"
    })  # fmt: skip
    one_of("m5.large")
    types = [{"instance_type": f"{family}.large"} for family in ("c6i", "m6i", "r6i")]
    grouped(
        types, spot_allocation_strategy="lowest-price", on_demand_percentage_above_base_capacity=0
    )


@case(ec2_capacity_single_pool, "sound")
def test_few_types_on_demand() -> None:
    types = [{"instance_type": "c6i.large"}, {"instance_type": "m6i.large"}]
    grouped(types, spot_allocation_strategy="lowest-price")


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


@case(ec2_capacity_single_pool, "sound")
def test_one_pool_by_design() -> None:
    cluster = ec2.PlacementGroup("hpc", strategy="cluster")
    scaling("nodes", [subnet("a")], min_size=4, placement_group=cluster.name)


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


@case(ec2_subnet_too_small_for_group, "sound")
def test_subnets_of_weights_and_of_ipv6() -> None:
    types = [{"instance_type": "c6i.large", "weighted_capacity": "4"}]
    template = ec2.LaunchTemplate("web", image_id=AMI)
    small = subnet("a", "10.0.0.0/28")
    policy = several(template, types)
    autoscaling.Group(
        "web", min_size=1, max_size=20, mixed_instances_policy=policy,
        vpc_zone_identifiers=[small.id],
    )  # fmt: skip
    six = ec2.Subnet("six", vpc_id="vpc-1", ipv6_native=True, ipv6_cidr_block="2001:db8::/64")
    scaling("api", [six], max_size=20)


@case(ec2_subnet_too_small_for_group, "absent")
def test_sizes_absent() -> None:
    autoscaling.Group("web", min_size=1, max_size=99, vpc_zone_identifiers=["subnet-1"])
    ecs.Service("api")


@case(ec2_subnet_too_small_for_group, "unknown")
def test_block_unknown() -> None:
    scaling("web", [subnet("a", unknown())], max_size=99)
    scaling("two", [subnet("b", "10.0.0.0/28")], max_size=unknown())
