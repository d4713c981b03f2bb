from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pulumi
import pulumi_aws as aws
from pulumi_aws import autoscaling, docdb, ebs, ec2, ecs, efs, eks, elasticache, elb, lb, rds

from policies.network.availability_zone_mismatches import (
    az_outside_region,
    ebs_volume_attachment_cross_az,
    ec2_instance_az_subnet_conflict,
    ec2_instance_type_not_offered_in_zone,
    eks_subnet_unsupported_zone,
    elbv2_alb_one_literal_subnet,
    elbv2_alb_subnets_single_az,
    elbv2_target_zone_not_enabled,
    subnet_zone_unspecified_for_multi_az,
    vpc_endpoint_subnets_same_az,
)
from policypack.testing import case, unknown

AMI = "ami-0abcdef1234567890"


def subnets_in(*zones: Any) -> list[ec2.Subnet]:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    return [
        ec2.Subnet(
            f"app-{number}",
            vpc_id=vpc.id,
            cidr_block=f"10.0.{number}.0/24",
            availability_zone=zone,
        )
        for number, zone in enumerate(zones, start=1)
    ]


def subnets_in_ids(*zone_ids: Any) -> list[ec2.Subnet]:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    return [
        ec2.Subnet(
            f"app-{number}",
            vpc_id=vpc.id,
            cidr_block=f"10.0.{number}.0/24",
            availability_zone_id=zone_id,
        )
        for number, zone_id in enumerate(zone_ids, start=1)
    ]


def ids(subnets: Sequence[ec2.Subnet]) -> list[pulumi.Output[str]]:
    return [subnet.id for subnet in subnets]


@case(
    az_outside_region,
    "fires",
    "availabilityZone: us-east-1a is no zone of eu-west-1",
    region="eu-west-1",
)
def test_zone_of_another_region() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    ec2.Subnet("app", vpc_id=vpc.id, cidr_block="10.0.1.0/24", availability_zone="us-east-1a")


@case(
    az_outside_region,
    "fires",
    "availabilityZone: us-east-1 is a region and lacks the letter of a zone",
)
def test_zone_is_a_region() -> None:
    ebs.Volume("data", availability_zone="us-east-1", size=100)


@case(
    az_outside_region,
    "fires",
    "availabilityZoneId: usw2-az1 is no zone of us-east-1",
)
def test_zone_id_of_another_region() -> None:
    subnets_in_ids("usw2-az1", "use1-az1", "xyz9-az1")


@case(
    az_outside_region,
    "fires",
    "availabilityZones: us-west-2a is no zone of us-east-1",
    "availabilityZones: us-west-2a is no zone of us-east-1",
)
def test_zones_of_another_region() -> None:
    listener = {"instance_port": 80, "instance_protocol": "http"}
    elb.LoadBalancer(
        "old",
        availability_zones=["us-east-1a", "us-west-2a"],
        listeners=[{**listener, "lb_port": 80, "lb_protocol": "http"}],
    )
    rds.Cluster("db", engine="aurora-mysql", availability_zones=["us-west-2a", "us-east-1a"])


@case(az_outside_region, "fires", "availabilityZone: us-east-1a is no zone of eu-west-1")
def test_zone_beside_a_provider() -> None:
    ireland = aws.Provider("ireland", region="eu-west-1")
    options = pulumi.ResourceOptions(provider=ireland)
    ebs.Volume("data", availability_zone="us-east-1a", size=10, opts=options)
    ebs.Volume("logs", availability_zone="eu-west-1a", size=10, opts=options)


@case(az_outside_region, "sound")
def test_zones_of_the_region() -> None:
    subnets_in("us-east-1a", "us-east-1-bos-1a", "us-east-1-wl1-bos-wlz-1")
    ebs.Volume("data", availability_zone="us-east-1f", size=10)
    rds.Cluster("db", engine="aurora-mysql", availability_zones=["us-east-1a", "us-east-1b"])


@case(az_outside_region, "sound")
def test_zone_ids_of_the_region() -> None:
    subnets_in_ids("use1-az6", "use1-bos1-az1")


@case(az_outside_region, "absent")
def test_no_zone() -> None:
    subnets_in(None)


@case(az_outside_region, "unknown")
def test_unknown_zone() -> None:
    subnets_in(unknown())
    frankfurt = aws.Provider("frankfurt", profile="frankfurt")
    options = pulumi.ResourceOptions(provider=frankfurt)
    ebs.Volume("data", availability_zone="eu-central-1a", size=10, opts=options)


@case(elbv2_alb_subnets_single_az, "fires", "subnets: every subnet is in us-east-1a")
def test_balancer_in_one_zone() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1a")
    lb.LoadBalancer("web", subnets=[first.id, second.id])


@case(elbv2_alb_subnets_single_az, "fires", "subnets: the only subnet is app-1")
def test_balancer_with_one_subnet() -> None:
    lb.LoadBalancer("web", subnets=ids(subnets_in(None)))


@case(elbv2_alb_subnets_single_az, "fires", "subnetMappings: every subnet is in use1-az1")
def test_balancer_with_one_mapping() -> None:
    (subnet,) = subnets_in_ids("use1-az1")
    lb.LoadBalancer("web", subnet_mappings=[{"subnet_id": subnet.id}])


@case(
    elbv2_alb_subnets_single_az,
    "fires",
    "subnets: app-1 and app-3 are both in us-east-1a",
)
def test_balancer_with_two_subnets_of_a_zone() -> None:
    lb.LoadBalancer("web", subnets=ids(subnets_in("us-east-1a", "us-east-1b", "us-east-1a")))


@case(
    elbv2_alb_subnets_single_az,
    "fires",
    "subnetMappings: app-1 and app-2 are both in us-east-1a",
)
def test_network_balancer_with_two_subnets_of_a_zone() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1a")
    address = ec2.Eip("web", domain="vpc")
    lb.LoadBalancer(
        "web",
        load_balancer_type="network",
        subnet_mappings=[
            {"subnet_id": first.id, "allocation_id": address.id},
            {"subnet_id": second.id},
        ],
    )


@case(elbv2_alb_subnets_single_az, "fires", "subnets: app and other are in different VPCs")
def test_balancer_in_two_vpcs() -> None:
    main = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    peer = ec2.Vpc("peer", cidr_block="10.1.0.0/16")
    app = ec2.Subnet(
        "app", vpc_id=main.id, cidr_block="10.0.1.0/24", availability_zone="us-east-1a"
    )
    other = ec2.Subnet(
        "other", vpc_id=peer.id, cidr_block="10.1.1.0/24", availability_zone="us-east-1b"
    )
    lb.LoadBalancer("web", subnets=[app.id, other.id])


@case(elbv2_alb_subnets_single_az, "sound")
def test_balancer_in_two_zones() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1b")
    lb.LoadBalancer("web", subnets=[first.id, second.id])


@case(elbv2_alb_subnets_single_az, "sound")
def test_network_balancer_in_one_zone() -> None:
    (subnet,) = subnets_in("us-east-1a")
    lb.LoadBalancer("one", load_balancer_type="network", subnets=[subnet.id])
    lb.LoadBalancer("pool", customer_owned_ipv4_pool="ipv4pool-coip-1", subnets=[subnet.id])
    lb.LoadBalancer("shared", subnets=[subnet.id, "subnet-0123456789abcdef0"])


@case(elbv2_alb_subnets_single_az, "sound")
def test_balancer_in_a_local_zone() -> None:
    lb.LoadBalancer("edge", subnets=ids(subnets_in("us-east-1-bos-1a")))


@case(elbv2_alb_subnets_single_az, "sound")
def test_balancer_on_an_outpost() -> None:
    vpc = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    subnet = ec2.Subnet(
        "rack",
        vpc_id=vpc.id,
        cidr_block="10.0.1.0/24",
        availability_zone="us-east-1a",
        outpost_arn="arn:aws:outposts:us-east-1:123456789012:outpost/op-1",
    )
    lb.LoadBalancer("rack", subnets=[subnet.id])


@case(elbv2_alb_subnets_single_az, "absent")
def test_balancer_without_subnets() -> None:
    lb.LoadBalancer("web", internal=True)
    lb.LoadBalancer("api", subnets=ids(subnets_in(None, None)))


@case(elbv2_alb_subnets_single_az, "unknown")
def test_balancer_with_unknown_subnets() -> None:
    first, second = subnets_in("us-east-1a", unknown())
    lb.LoadBalancer("one", subnets=[first.id, second.id])
    lb.LoadBalancer("whole", subnets=unknown(first))
    lb.LoadBalancer("part", subnets=[first.id, unknown()])
    lb.LoadBalancer("only", subnets=[second.id])
    lb.LoadBalancer("kind", load_balancer_type=unknown(), subnets=[first.id])


@case(
    elbv2_alb_one_literal_subnet,
    "fires",
    "subnets: subnet-0123456789abcdef0 is the only subnet",
)
def test_balancer_with_one_subnet_of_another_stack() -> None:
    lb.LoadBalancer("web", internal=True, subnets=["subnet-0123456789abcdef0"])


@case(
    elbv2_alb_one_literal_subnet,
    "fires",
    "subnetMappings: subnet-0123456789abcdef0 is the only subnet",
)
def test_balancer_with_one_mapping_of_another_stack() -> None:
    lb.LoadBalancer("web", subnet_mappings=[{"subnet_id": "subnet-0123456789abcdef0"}])


@case(elbv2_alb_one_literal_subnet, "sound")
def test_balancer_with_two_subnets_of_another_stack() -> None:
    lb.LoadBalancer("web", internal=True, subnets=["subnet-0123456789abcdef0", "subnet-1"])


@case(elbv2_alb_one_literal_subnet, "sound")
def test_balancer_with_one_subnet_that_is_judged_or_right() -> None:
    lb.LoadBalancer("tcp", load_balancer_type="network", subnets=["subnet-1"])
    lb.LoadBalancer("rack", customer_owned_ipv4_pool="ipv4pool-coip-1", subnets=["subnet-1"])
    first, second = subnets_in("us-east-1a", "us-east-1-bos-1a")
    lb.LoadBalancer("judged", subnets=[first.id])
    lb.LoadBalancer("edge", subnets=[second.id])


@case(elbv2_alb_one_literal_subnet, "absent")
def test_balancer_that_names_no_subnets() -> None:
    lb.LoadBalancer("web", internal=True)


@case(elbv2_alb_one_literal_subnet, "unknown")
def test_balancer_with_an_unknown_list() -> None:
    lb.LoadBalancer("whole", subnets=unknown())
    lb.LoadBalancer("part", subnets=[unknown()])
    lb.LoadBalancer("kind", load_balancer_type=unknown(), subnets=["subnet-1"])


@case(
    ec2_instance_az_subnet_conflict,
    "fires",
    "availabilityZone: the zone is us-east-1b, the subnet app-1 is in us-east-1a",
)
def test_instance_outside_its_subnet() -> None:
    (subnet,) = subnets_in("us-east-1a")
    ec2.Instance(
        "web",
        ami=AMI,
        instance_type="t3.micro",
        subnet_id=subnet.id,
        availability_zone="us-east-1b",
    )


@case(
    ec2_instance_az_subnet_conflict,
    "fires",
    "availabilityZone: the zone is us-east-1b, the subnet app-1 is in us-east-1a",
)
def test_instance_outside_its_interface() -> None:
    (subnet,) = subnets_in("us-east-1a")
    interface = ec2.NetworkInterface("web", subnet_id=subnet.id)
    ec2.Instance(
        "web",
        ami=AMI,
        instance_type="t3.micro",
        network_interfaces=[{"device_index": 0, "network_interface_id": interface.id}],
        availability_zone="us-east-1b",
    )


@case(
    ec2_instance_az_subnet_conflict,
    "fires",
    "availabilityZone: the subnet group has no subnet in us-east-1c, only in "
    "us-east-1a, us-east-1b",
)
def test_database_outside_its_subnets() -> None:
    subnets = subnets_in("us-east-1a", "us-east-1b")
    group = rds.SubnetGroup("db", subnet_ids=ids(subnets))
    rds.Instance(
        "db",
        engine="postgres",
        instance_class="db.t4g.micro",
        db_subnet_group_name=group.name,
        availability_zone="us-east-1c",
    )


@case(
    ec2_instance_az_subnet_conflict,
    "fires",
    "availabilityZones: zones are set beside `vpcZoneIdentifiers`, which decide them",
)
def test_zones_beside_subnets() -> None:
    (subnet,) = subnets_in("us-east-1a")
    autoscaling.Group(
        "web",
        max_size=2,
        min_size=1,
        availability_zones=["us-east-1a"],
        vpc_zone_identifiers=[subnet.id],
    )


@case(ec2_instance_az_subnet_conflict, "sound")
def test_instance_in_its_subnet() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1b")
    ec2.Instance(
        "web",
        ami=AMI,
        instance_type="t3.micro",
        subnet_id=first.id,
        availability_zone="us-east-1a",
    )
    group = rds.SubnetGroup("db", subnet_ids=[first.id, second.id])
    rds.Instance(
        "db",
        engine="postgres",
        instance_class="db.t4g.micro",
        db_subnet_group_name=group.name,
        availability_zone="us-east-1b",
    )


@case(ec2_instance_az_subnet_conflict, "sound")
def test_instance_in_a_zone_by_id() -> None:
    (subnet,) = subnets_in_ids("use1-az1")
    ec2.Instance(
        "web",
        ami=AMI,
        instance_type="t3.micro",
        subnet_id=subnet.id,
        availability_zone="us-east-1b",
    )


@case(ec2_instance_az_subnet_conflict, "absent")
def test_instance_without_a_zone() -> None:
    (subnet,) = subnets_in("us-east-1a")
    ec2.Instance("web", ami=AMI, instance_type="t3.micro", subnet_id=subnet.id)
    ec2.Instance("api", ami=AMI, instance_type="t3.micro", availability_zone="us-east-1b")
    autoscaling.Group("web", max_size=2, min_size=1, vpc_zone_identifiers=[subnet.id])


@case(ec2_instance_az_subnet_conflict, "unknown")
def test_instance_in_an_unknown_zone() -> None:
    first, second = subnets_in("us-east-1a", unknown())
    ec2.Instance("a", ami=AMI, subnet_id=first.id, availability_zone=unknown())
    ec2.Instance("b", ami=AMI, subnet_id=second.id, availability_zone="us-east-1b")
    ec2.Instance("c", ami=AMI, subnet_id=unknown(), availability_zone="us-east-1b")
    group = rds.SubnetGroup("db", subnet_ids=[first.id, second.id])
    rds.Instance(
        "db",
        instance_class="db.t4g.micro",
        db_subnet_group_name=group.name,
        availability_zone="us-east-1c",
    )
    autoscaling.Group(
        "web",
        max_size=2,
        min_size=1,
        availability_zones=unknown(),
        vpc_zone_identifiers=ids([first]),
    )


@case(
    ebs_volume_attachment_cross_az,
    "fires",
    "volumeId: the volume data is in us-east-1a, the instance web in us-east-1b",
)
def test_volume_in_another_zone() -> None:
    (subnet,) = subnets_in("us-east-1b")
    web = ec2.Instance("web", ami=AMI, instance_type="t3.micro", subnet_id=subnet.id)
    data = ebs.Volume("data", availability_zone="us-east-1a", size=100)
    ec2.VolumeAttachment("data", device_name="/dev/sdf", volume_id=data.id, instance_id=web.id)


@case(ebs_volume_attachment_cross_az, "sound")
def test_volume_in_the_zone_of_its_instance() -> None:
    (subnet,) = subnets_in("us-east-1b")
    web = ec2.Instance("web", ami=AMI, instance_type="t3.micro", subnet_id=subnet.id)
    data = ebs.Volume("data", availability_zone=web.availability_zone, size=100)
    logs = ebs.Volume("logs", availability_zone="us-east-1b", size=100)
    ec2.VolumeAttachment("data", device_name="/dev/sdf", volume_id=data.id, instance_id=web.id)
    ec2.VolumeAttachment("logs", device_name="/dev/sdg", volume_id=logs.id, instance_id=web.id)


@case(ebs_volume_attachment_cross_az, "absent")
def test_instance_in_the_default_subnet() -> None:
    web = ec2.Instance("web", ami=AMI, instance_type="t3.micro")
    data = ebs.Volume("data", availability_zone="us-east-1a", size=100)
    ec2.VolumeAttachment("data", device_name="/dev/sdf", volume_id=data.id, instance_id=web.id)


@case(ebs_volume_attachment_cross_az, "unknown")
def test_volume_in_an_unknown_zone() -> None:
    (subnet,) = subnets_in("us-east-1b")
    web = ec2.Instance("web", ami=AMI, instance_type="t3.micro", subnet_id=subnet.id)
    data = ebs.Volume("data", availability_zone=unknown(), size=100)
    logs = ebs.Volume("logs", availability_zone="us-east-1a", size=100)
    ec2.VolumeAttachment("data", device_name="/dev/sdf", volume_id=data.id, instance_id=web.id)
    ec2.VolumeAttachment("logs", device_name="/dev/sdg", volume_id=logs.id, instance_id=unknown())


@case(
    vpc_endpoint_subnets_same_az,
    "fires",
    "subnetIds: app-1 and app-2 are both in us-east-1a",
)
def test_endpoint_twice_in_a_zone() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1a")
    ec2.VpcEndpoint(
        "ssm",
        vpc_id=first.vpc_id,
        service_name="com.amazonaws.us-east-1.ssm",
        vpc_endpoint_type="Interface",
        subnet_ids=[first.id, second.id],
    )


@case(
    vpc_endpoint_subnets_same_az,
    "fires",
    "subnetIds: app-1 and app-2 are both in us-east-1a",
)
def test_endpoint_associated_twice_in_a_zone() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1a")
    endpoint = ec2.VpcEndpoint(
        "ssm",
        vpc_id=first.vpc_id,
        service_name="com.amazonaws.us-east-1.ssm",
        vpc_endpoint_type="Interface",
        subnet_ids=[first.id],
    )
    ec2.VpcEndpointSubnetAssociation("b", vpc_endpoint_id=endpoint.id, subnet_id=second.id)


@case(
    vpc_endpoint_subnets_same_az,
    "fires",
    "subnetId: a is in us-east-1a as well and serves the same file system",
)
def test_two_mount_targets_in_a_zone() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1a")
    shared = efs.FileSystem("shared", encrypted=True)
    efs.MountTarget("a", file_system_id=shared.id, subnet_id=first.id)
    efs.MountTarget("b", file_system_id=shared.id, subnet_id=second.id)


@case(
    vpc_endpoint_subnets_same_az,
    "fires",
    "subnetId: a is in us-east-1a as well and serves the same file system",
)
def test_two_mount_targets_of_a_literal_file_system() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1a")
    efs.MountTarget("a", file_system_id="fs-0123456789abcdef0", subnet_id=first.id)
    efs.MountTarget("b", file_system_id="fs-0123456789abcdef0", subnet_id=second.id)
    efs.MountTarget("c", file_system_id="fs-0fedcba9876543210", subnet_id=second.id)


@case(
    vpc_endpoint_subnets_same_az,
    "fires",
    "subnetId: other is in another VPC than app-1 of a",
)
def test_mount_targets_in_two_vpcs() -> None:
    (subnet,) = subnets_in("us-east-1a")
    peer = ec2.Vpc("peer", cidr_block="10.1.0.0/16")
    other = ec2.Subnet("other", vpc_id=peer.id, cidr_block="10.1.0.0/24")
    shared = efs.FileSystem("shared", encrypted=True)
    efs.MountTarget("a", file_system_id=shared.id, subnet_id=subnet.id)
    efs.MountTarget("b", file_system_id=shared.id, subnet_id=other.id)


@case(
    vpc_endpoint_subnets_same_az,
    "fires",
    "subnetId: app-1 is in us-east-1b, the One Zone file system cheap in us-east-1a",
)
def test_mount_target_outside_one_zone_storage() -> None:
    (subnet,) = subnets_in("us-east-1b")
    cheap = efs.FileSystem("cheap", availability_zone_name="us-east-1a")
    efs.MountTarget("cheap", file_system_id=cheap.id, subnet_id=subnet.id)


@case(vpc_endpoint_subnets_same_az, "sound")
def test_endpoint_once_a_zone() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1b")
    ec2.VpcEndpoint(
        "ssm",
        vpc_id=first.vpc_id,
        service_name="com.amazonaws.us-east-1.ssm",
        vpc_endpoint_type="Interface",
        subnet_ids=[first.id, second.id],
    )
    shared = efs.FileSystem("shared", encrypted=True)
    efs.MountTarget("a", file_system_id=shared.id, subnet_id=first.id)
    efs.MountTarget("b", file_system_id=shared.id, subnet_id=second.id)


@case(vpc_endpoint_subnets_same_az, "sound")
def test_two_file_systems_in_a_zone() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1a")
    for name, subnet in (("a", first), ("b", second)):
        system = efs.FileSystem(name, availability_zone_name="us-east-1a")
        efs.MountTarget(name, file_system_id=system.id, subnet_id=subnet.id)


@case(vpc_endpoint_subnets_same_az, "absent")
def test_endpoint_without_subnets() -> None:
    first, second = subnets_in(None, None)
    ec2.VpcEndpoint("s3", vpc_id=first.vpc_id, service_name="com.amazonaws.us-east-1.s3")
    shared = efs.FileSystem("shared")
    efs.MountTarget("a", file_system_id=shared.id, subnet_id=first.id)
    efs.MountTarget("b", file_system_id=shared.id, subnet_id=second.id)


@case(vpc_endpoint_subnets_same_az, "unknown")
def test_endpoint_in_unknown_subnets() -> None:
    first, second = subnets_in("us-east-1a", unknown())
    ec2.VpcEndpoint(
        "ssm",
        vpc_id=first.vpc_id,
        vpc_endpoint_type="Interface",
        subnet_ids=[first.id, second.id],
    )
    ec2.VpcEndpoint(
        "ec2", vpc_id=first.vpc_id, vpc_endpoint_type="Interface", subnet_ids=unknown(first)
    )
    efs.MountTarget("a", file_system_id=unknown(), subnet_id=first.id)
    efs.MountTarget("b", file_system_id=unknown(), subnet_id=first.id)


@case(
    ec2_instance_type_not_offered_in_zone,
    "fires",
    "instanceType: m5.large is not offered in use1-az3",
)
def test_type_not_offered() -> None:
    (subnet,) = subnets_in_ids("use1-az3")
    ec2.Instance("web", ami=AMI, instance_type="m5.large", subnet_id=subnet.id)


@case(
    ec2_instance_type_not_offered_in_zone,
    "fires",
    "instanceType: m5.large is not offered in use1-az3",
)
def test_type_of_the_template_not_offered() -> None:
    (subnet,) = subnets_in_ids("use1-az3")
    template = ec2.LaunchTemplate("web", image_id=AMI, instance_type="m5.large")
    ec2.Instance("web", launch_template={"id": template.id}, subnet_id=subnet.id)


@case(
    ec2_instance_type_not_offered_in_zone,
    "fires",
    "vpcZoneIdentifiers: no zone of use1-az3 offers m5.large or m5.xlarge",
)
def test_group_without_offer() -> None:
    (subnet,) = subnets_in_ids("use1-az3")
    template = ec2.LaunchTemplate("web", image_id=AMI, instance_type="t3.micro")
    autoscaling.Group(
        "web",
        max_size=2,
        min_size=1,
        vpc_zone_identifiers=[subnet.id],
        mixed_instances_policy={
            "launch_template": {
                "launch_template_specification": {"launch_template_id": template.id},
                "overrides": [{"instance_type": "m5.large"}, {"instance_type": "m5.xlarge"}],
            }
        },
    )


@case(
    ec2_instance_type_not_offered_in_zone,
    "fires",
    "instanceType: trn1.32xlarge is offered in 3 of 6 zones (use1-az4, use1-az5, use1-az6); "
    "whether us-east-1a is one of them differs between accounts",
)
def test_type_offered_in_half_of_the_zones() -> None:
    (subnet,) = subnets_in("us-east-1a")
    ec2.Instance("train", ami=AMI, instance_type="trn1.32xlarge", subnet_id=subnet.id)


@case(
    ec2_instance_type_not_offered_in_zone,
    "fires",
    "instanceType: trn1.32xlarge is offered in 3 of 6 zones (use1-az4, use1-az5, use1-az6); "
    "whether us-east-1a is one of them differs between accounts",
)
def test_reservation_in_half_of_the_zones() -> None:
    ec2.CapacityReservation(
        "train",
        availability_zone="us-east-1a",
        instance_type="trn1.32xlarge",
        instance_platform="Linux/UNIX",
        instance_count=1,
    )


@case(ec2_instance_type_not_offered_in_zone, "sound")
def test_type_offered() -> None:
    first, second = subnets_in_ids("use1-az4", "use1-az3")
    ec2.Instance("web", ami=AMI, instance_type="m5.large", subnet_id=first.id)
    template = ec2.LaunchTemplate("web", image_id=AMI, instance_type="m5.large")
    autoscaling.Group(
        "web",
        max_size=2,
        min_size=1,
        vpc_zone_identifiers=[first.id, second.id],
        launch_template={"id": template.id},
    )


@case(ec2_instance_type_not_offered_in_zone, "sound")
def test_type_offered_in_most_zones() -> None:
    (subnet,) = subnets_in("us-east-1e")
    ec2.Instance("web", ami=AMI, instance_type="m5.large", subnet_id=subnet.id)
    ec2.Instance("new", ami=AMI, instance_type="m99.large", subnet_id=subnet.id)


@case(ec2_instance_type_not_offered_in_zone, "absent")
def test_type_without_a_zone() -> None:
    ec2.Instance("web", ami=AMI, instance_type="m5.large")
    template = ec2.LaunchTemplate("web", image_id=AMI)
    autoscaling.Group("web", max_size=2, min_size=1, launch_template={"id": template.id})
    autoscaling.Group("api", max_size=2, min_size=1, availability_zones=["us-east-1a"])


@case(ec2_instance_type_not_offered_in_zone, "unknown")
def test_unknown_type() -> None:
    first, second = subnets_in_ids("use1-az3", unknown())
    ec2.Instance("web", ami=AMI, instance_type=unknown(), subnet_id=first.id)
    ec2.Instance("api", ami=AMI, instance_type="m5.large", subnet_id=second.id)
    template = ec2.LaunchTemplate("web", image_id=AMI, instance_type=unknown())
    autoscaling.Group(
        "web",
        max_size=2,
        min_size=1,
        vpc_zone_identifiers=[first.id],
        launch_template={"id": template.id},
    )


@case(
    eks_subnet_unsupported_zone,
    "fires",
    "vpcConfig.subnetIds: app-1 is in use1-az3, which EKS leaves out",
)
def test_cluster_in_a_zone_without_eks() -> None:
    first, second = subnets_in_ids("use1-az3", "use1-az4")
    eks.Cluster(
        "main",
        role_arn="arn:aws:iam::123456789012:role/eks",
        vpc_config={"subnet_ids": [first.id, second.id]},
    )


@case(
    eks_subnet_unsupported_zone,
    "fires",
    "vpcConfig.subnetIds: app-1 is in us-east-1e, in many accounts the zone that EKS leaves out",
    "vpcConfig.subnetIds: app-2 is in us-east-1e, in many accounts the zone that EKS leaves out",
    "vpcConfig.subnetIds: every subnet is in us-east-1e",
)
def test_cluster_in_one_zone() -> None:
    first, second = subnets_in("us-east-1e", "us-east-1e")
    group = ec2.SecurityGroup("eks", vpc_id=first.vpc_id)
    eks.Cluster(
        "main",
        role_arn="arn:aws:iam::123456789012:role/eks",
        vpc_config={"subnet_ids": [first.id, second.id], "security_group_ids": [group.id]},
    )


@case(eks_subnet_unsupported_zone, "sound")
def test_cluster_in_two_zones() -> None:
    first, second = subnets_in_ids("use1-az4", "use1-az6")
    eks.Cluster(
        "main",
        role_arn="arn:aws:iam::123456789012:role/eks",
        vpc_config={"subnet_ids": [first.id, second.id]},
    )


@case(eks_subnet_unsupported_zone, "absent")
def test_cluster_without_zones() -> None:
    first, second = subnets_in(None, None)
    vpc_config: Any = {"subnet_ids": [first.id, second.id]}
    eks.Cluster("main", role_arn="arn:aws:iam::123456789012:role/eks", vpc_config=vpc_config)


@case(eks_subnet_unsupported_zone, "unknown")
def test_cluster_in_unknown_zones() -> None:
    first, second = subnets_in("us-east-1a", unknown())
    role = "arn:aws:iam::123456789012:role/eks"
    eks.Cluster("main", role_arn=role, vpc_config={"subnet_ids": [first.id, second.id]})
    eks.Cluster("whole", role_arn=role, vpc_config={"subnet_ids": unknown(first)})
    eks.Cluster("all", role_arn=role, vpc_config=unknown(first))


def balancer_in(subnets: Sequence[ec2.Subnet]) -> lb.TargetGroup:
    web = lb.LoadBalancer("web", subnets=ids(subnets))
    group = lb.TargetGroup("web", port=80, protocol="HTTP", vpc_id=subnets[0].vpc_id)
    lb.Listener(
        "http",
        load_balancer_arn=web.arn,
        port=80,
        default_actions=[{"type": "forward", "target_group_arn": group.arn}],
    )
    return group


@case(
    elbv2_target_zone_not_enabled,
    "fires",
    "vpcZoneIdentifiers: targets run in us-east-1c, their load balancer has subnets in "
    "us-east-1a, us-east-1b",
)
def test_targets_in_a_third_zone() -> None:
    subnets = subnets_in("us-east-1a", "us-east-1b", "us-east-1c")
    group = balancer_in(subnets[:2])
    autoscaling.Group(
        "web",
        max_size=3,
        min_size=3,
        vpc_zone_identifiers=ids(subnets),
        target_group_arns=[group.arn],
    )


@case(
    elbv2_target_zone_not_enabled,
    "fires",
    "networkConfiguration.subnets: targets run in us-east-1c, their load balancer has subnets in "
    "us-east-1a, us-east-1b",
    "targetId: targets run in us-east-1c, their load balancer has subnets in "
    "us-east-1a, us-east-1b",
)
def test_tasks_in_a_third_zone() -> None:
    subnets = subnets_in("us-east-1a", "us-east-1b", "us-east-1c")
    group = balancer_in(subnets[:2])
    ecs.Service(
        "api",
        network_configuration={"subnets": [subnets[2].id]},
        load_balancers=[
            {"target_group_arn": group.arn, "container_name": "api", "container_port": 80}
        ],
    )
    extra = ec2.Instance("extra", ami=AMI, instance_type="t3.micro", subnet_id=subnets[2].id)
    lb.TargetGroupAttachment("extra", target_group_arn=group.arn, target_id=extra.id)


@case(elbv2_target_zone_not_enabled, "sound")
def test_targets_in_the_balancers_zones() -> None:
    subnets = subnets_in("us-east-1a", "us-east-1b", "us-east-1a", "us-east-1b")
    group = balancer_in(subnets[:2])
    autoscaling.Group(
        "web",
        max_size=3,
        min_size=3,
        vpc_zone_identifiers=ids(subnets[2:]),
        target_group_arns=[group.arn],
    )


@case(elbv2_target_zone_not_enabled, "absent")
def test_targets_without_a_balancer() -> None:
    subnets = subnets_in("us-east-1c")
    group = lb.TargetGroup("web", port=80, protocol="HTTP", vpc_id=subnets[0].vpc_id)
    autoscaling.Group(
        "web",
        max_size=3,
        min_size=3,
        vpc_zone_identifiers=ids(subnets),
        target_group_arns=[group.arn],
    )


@case(elbv2_target_zone_not_enabled, "unknown")
def test_targets_in_unknown_zones() -> None:
    subnets = subnets_in("us-east-1a", unknown(), "us-east-1c")
    group = balancer_in(subnets[:2])
    autoscaling.Group(
        "web",
        max_size=3,
        min_size=3,
        vpc_zone_identifiers=ids(subnets[2:]),
        target_group_arns=[group.arn],
    )


@case(
    subnet_zone_unspecified_for_multi_az,
    "fires",
    "availabilityZone: AWS picks the zone, and db needs subnets in two",
    "availabilityZone: AWS picks the zone, and db needs subnets in two",
)
def test_subnet_group_without_zones() -> None:
    first, second = subnets_in(None, None)
    rds.SubnetGroup("db", subnet_ids=[first.id, second.id])


@case(
    subnet_zone_unspecified_for_multi_az,
    "fires",
    "availabilityZone: AWS picks the zone, and web needs subnets in two",
)
def test_balancer_without_zones() -> None:
    first, second = subnets_in("us-east-1a", None)
    lb.LoadBalancer("web", subnets=[first.id, second.id])


@case(subnet_zone_unspecified_for_multi_az, "sound")
def test_subnet_group_with_zones() -> None:
    first, second = subnets_in("us-east-1a", "us-east-1b")
    rds.SubnetGroup("db", subnet_ids=[first.id, second.id])


@case(subnet_zone_unspecified_for_multi_az, "sound")
def test_subnets_that_nothing_spreads_over() -> None:
    first, _ = subnets_in(None, None)
    lb.LoadBalancer("tcp", load_balancer_type="network", subnets=[first.id])


@case(subnet_zone_unspecified_for_multi_az, "absent")
def test_subnet_group_of_others() -> None:
    docdb.SubnetGroup("documents", subnet_ids=["subnet-1", "subnet-2"])
    elasticache.SubnetGroup("cache", subnet_ids=["subnet-1", "subnet-2"])


@case(subnet_zone_unspecified_for_multi_az, "unknown")
def test_subnet_group_with_unknown_zones() -> None:
    first, second = subnets_in(unknown(), unknown())
    rds.SubnetGroup("db", subnet_ids=[first.id, second.id])
