from __future__ import annotations

import base64
import gzip
from typing import Any

from pulumi_aws import autoscaling, ec2, ecs, lb, vpc

from policies.compute.asg_launch_template_issues import (
    asg_launch_configuration_legacy,
    asg_launch_template_incomplete,
    asg_launch_template_version_stale,
    asg_mixed_instances_template_conflict,
    asg_size_bounds_invalid,
    ec2_ami_id_malformed,
    ec2_instance_type_invalid,
    ec2_launch_template_security_groups_conflict,
    ec2_security_group_wrong_vpc,
    ec2_user_data_invalid,
)
from policypack import Level
from policypack.aws import catalog
from policypack.plan.stack import StackContext
from policypack.testing import case, evaluate, planned, unknown

AMI = "ami-0abcdef1234567890"
FLEET_ROLE = "arn:aws:iam::123456789012:role/fleet"


def group(template: Any = None, **more: Any) -> None:
    launch = {"id": template.id} if template is not None else None
    sizes = {"min_size": 1, "max_size": 2, **more}
    autoscaling.Group("web", launch_template=launch, **sizes)


def mixed(template: ec2.LaunchTemplate, overrides: Any = None) -> Any:
    specification = {"launch_template_id": template.id}
    launch = {"launch_template_specification": specification, "overrides": overrides}
    return {"launch_template": launch}


@case(ec2_ami_id_malformed, "fires", 'imageId: "ami-latest" is no image id')
def test_image_latest() -> None:
    ec2.LaunchTemplate("web", image_id="ami-latest", instance_type="t3.micro")


@case(ec2_ami_id_malformed, "fires", 'ami: "ubuntu" is no image id')
def test_image_by_name() -> None:
    ec2.Instance("web", ami="ubuntu", instance_type="t3.micro")


@case(ec2_ami_id_malformed, "sound")
def test_image_sound() -> None:
    ec2.LaunchTemplate("web", image_id="ami-0abcdef1234567890", instance_type="t3.micro")
    ec2.LaunchTemplate("api", image_id="resolve:ssm:/golden/web", instance_type="t3.micro")


@case(
    ec2_ami_id_malformed,
    "fires",
    'imageId: "resolve:ssm:/golden/web" is no image id',
    'launchSpecifications[1].ami: "ami-xxxxxxxx" is no image id',
)
def test_image_of_a_launch_configuration_and_a_fleet() -> None:
    ec2.LaunchConfiguration("web", image_id="resolve:ssm:/golden/web", instance_type="t3.micro")
    launches = [
        {"ami": one, "instance_type": "t3.micro"} for one in ("ami-12345678", "ami-xxxxxxxx")
    ]
    ec2.SpotFleetRequest(
        "web", iam_fleet_role=FLEET_ROLE, target_capacity=1, launch_specifications=launches
    )


@case(ec2_ami_id_malformed, "absent")
def test_image_absent() -> None:
    ec2.LaunchTemplate("web")


@case(ec2_ami_id_malformed, "unknown")
def test_image_unknown() -> None:
    ec2.Instance("web", ami=unknown(), instance_type="t3.micro")


@case(
    asg_launch_template_incomplete,
    "fires",
    "launchTemplate.id: the template web names no image",
)
def test_template_without_image() -> None:
    template = ec2.LaunchTemplate("web", instance_type="t3.micro")
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=2,
        launch_template={"id": template.id, "version": template.latest_version},
    )


@case(
    asg_launch_template_incomplete,
    "fires",
    "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId:"
    " the template web names no instance type",
)
def test_template_without_type_in_a_mixed_policy() -> None:
    template = ec2.LaunchTemplate("web", image_id=AMI)
    policy = mixed(template, [{"instance_type": "t3.micro"}, {"weighted_capacity": "1"}])
    autoscaling.Group("web", min_size=1, max_size=2, mixed_instances_policy=policy)


@case(
    asg_launch_template_incomplete,
    "fires",
    "launchTemplate.id: the template is named neither by id nor by name",
    "launchTemplate: the group names nothing to launch from",
    "launchTemplate: the group launches from launchConfiguration and launchTemplate",
)
def test_not_one_launch_source() -> None:
    autoscaling.Group("a", min_size=1, max_size=2, launch_template={"version": "1"})
    autoscaling.Group("b", min_size=1, max_size=2)
    autoscaling.Group(
        "c", min_size=1, max_size=2, launch_configuration="web", launch_template={"id": "lt-1"}
    )


@case(asg_launch_template_incomplete, "sound")
def test_template_in_a_mixed_policy_alone() -> None:
    template = ec2.LaunchTemplate("web", image_id=AMI)
    policy = mixed(template, [{"instance_type": "t3.micro"}, {"instance_type": "t3.small"}])
    group(launch_configuration="", mixed_instances_policy=policy)


@case(asg_launch_template_incomplete, "sound")
def test_template_complete() -> None:
    template = ec2.LaunchTemplate("web", image_id="ami-0abcdef1234567890", instance_type="t3.micro")
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=2,
        launch_template={"id": template.id, "version": template.latest_version},
    )


@case(asg_launch_template_incomplete, "absent")
def test_template_of_another_stack() -> None:
    autoscaling.Group("web", min_size=1, max_size=2, launch_template={"id": "lt-1"})
    ec2.LaunchTemplate("for-eks")


@case(asg_launch_template_incomplete, "unknown")
def test_template_of_unknown_image() -> None:
    group(ec2.LaunchTemplate("web", image_id=unknown(), instance_type=unknown()))


@case(
    ec2_launch_template_security_groups_conflict,
    "fires",
    "vpcSecurityGroupIds: groups are named beside a network interface",
)
def test_groups_beside_an_interface() -> None:
    web = ec2.SecurityGroup("web")
    ec2.LaunchTemplate(
        "web",
        vpc_security_group_ids=[web.id],
        network_interfaces=[{"associate_public_ip_address": "true"}],
    )


@case(
    ec2_launch_template_security_groups_conflict,
    "fires",
    "networkInterfaces[0].subnetId: a subnet is named for a network interface that exists",
)
def test_subnet_of_an_existing_interface() -> None:
    interface = {"network_interface_id": "eni-1", "subnet_id": "subnet-1"}
    ec2.LaunchTemplate("web", network_interfaces=[interface])


@case(ec2_launch_template_security_groups_conflict, "sound")
def test_groups_in_an_interface() -> None:
    web = ec2.SecurityGroup("web")
    ec2.LaunchTemplate(
        "web",
        network_interfaces=[{"associate_public_ip_address": "true", "security_groups": [web.id]}],
    )


@case(ec2_launch_template_security_groups_conflict, "absent")
def test_groups_without_interface() -> None:
    ec2.LaunchTemplate("web", vpc_security_group_ids=["sg-1"], network_interfaces=[])


@case(ec2_launch_template_security_groups_conflict, "unknown")
def test_unknown_existing_interface() -> None:
    ec2.LaunchTemplate("web", network_interfaces=[{"security_groups": unknown()}])


def networks() -> tuple[ec2.Subnet, ec2.Vpc, ec2.Vpc]:
    one, two = (
        ec2.Vpc(name, cidr_block=f"10.{place}.0.0/16") for place, name in enumerate(["one", "two"])
    )
    return ec2.Subnet("a", vpc_id=one.id, cidr_block="10.0.0.0/24"), one, two


@case(
    ec2_security_group_wrong_vpc,
    "fires",
    "vpcSecurityGroupIds: web is in another VPC than a",
)
def test_group_of_the_default_vpc() -> None:
    main = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    subnet = ec2.Subnet("a", vpc_id=main.id, cidr_block="10.0.0.0/24")
    web = ec2.SecurityGroup("web")
    ec2.Instance(
        "web",
        ami="ami-0abcdef1234567890",
        instance_type="t3.micro",
        subnet_id=subnet.id,
        vpc_security_group_ids=[web.id],
    )


@case(
    ec2_security_group_wrong_vpc,
    "fires",
    "vpcZoneIdentifiers: web is in another VPC than a",
    "networkConfiguration.securityGroups: web is in another VPC than a",
    "securityGroups: web is in another VPC than a",
)
def test_group_of_another_vpc() -> None:
    subnet, _, other = networks()
    web = ec2.SecurityGroup("web", vpc_id=other.id)
    template = ec2.LaunchTemplate("web", image_id=AMI, vpc_security_group_ids=[web.id])
    group(template, vpc_zone_identifiers=[subnet.id])
    ecs.Service("api", network_configuration={"subnets": [subnet.id], "security_groups": [web.id]})
    lb.LoadBalancer("front", subnets=[subnet.id], security_groups=[web.id])


@case(
    ec2_security_group_wrong_vpc,
    "fires",
    "vpcZoneIdentifiers: web is in another VPC than a",
    "networkInterfaces[0].securityGroups: web is in another VPC than a",
)
def test_group_of_an_interface_in_another_vpc() -> None:
    subnet, _, other = networks()
    web = ec2.SecurityGroup("web", vpc_id=other.id)
    interface = {"security_groups": [web.id]}
    ec2.LaunchTemplate("fixed", network_interfaces=[{**interface, "subnet_id": subnet.id}])
    template = ec2.LaunchTemplate("web", image_id=AMI, network_interfaces=[interface])
    group(template, vpc_zone_identifiers=[subnet.id])


@case(ec2_security_group_wrong_vpc, "sound")
def test_group_that_is_associated_with_the_vpc() -> None:
    subnet, one, other = networks()
    web = ec2.SecurityGroup("web", vpc_id=other.id)
    vpc.SecurityGroupVpcAssociation("web", security_group_id=web.id, vpc_id=one.id)
    interface = {"security_groups": [web.id], "subnet_id": subnet.id}
    ec2.LaunchTemplate("web", network_interfaces=[interface])


@case(ec2_security_group_wrong_vpc, "sound")
def test_group_of_the_subnets_vpc() -> None:
    main = ec2.Vpc("main", cidr_block="10.0.0.0/16")
    subnet = ec2.Subnet("a", vpc_id=main.id, cidr_block="10.0.0.0/24")
    web = ec2.SecurityGroup("web", vpc_id=main.id)
    ec2.Instance(
        "web",
        ami="ami-0abcdef1234567890",
        instance_type="t3.micro",
        subnet_id=subnet.id,
        vpc_security_group_ids=[web.id],
    )


@case(ec2_security_group_wrong_vpc, "absent")
def test_no_group() -> None:
    subnet, _, _ = networks()
    ec2.Instance("web", ami=AMI, instance_type="t3.micro", subnet_id=subnet.id)


@case(ec2_security_group_wrong_vpc, "unknown")
def test_unknown_group() -> None:
    subnet, _, other = networks()
    both = [ec2.SecurityGroup("web", vpc_id=other.id), ec2.SecurityGroup("api", vpc_id=unknown())]
    ec2.Instance(
        "web", ami=AMI, instance_type="t3.micro", subnet_id=subnet.id,
        vpc_security_group_ids=unknown(*both),
    )  # fmt: skip


@case(ec2_user_data_invalid, "fires", "userData: the text is not base64")
def test_user_data_as_written() -> None:
    ec2.LaunchTemplate("web", user_data="#!/bin/bash\nyum install -y nginx")


@case(ec2_user_data_invalid, "fires", "userData: the user data is 16385 bytes long, over 16384")
def test_user_data_too_long() -> None:
    ec2.Instance("web", ami=AMI, instance_type="t3.micro", user_data="x" * 16_385)


@case(ec2_user_data_invalid, "sound")
def test_user_data_encoded() -> None:
    ec2.LaunchTemplate("web", user_data="IyEvYmluL2Jhc2gKeXVtIGluc3RhbGwgLXkgbmdpbng=")
    ec2.Instance("api", ami=AMI, instance_type="t3.micro", user_data="#!/bin/bash\n")


@case(ec2_user_data_invalid, "sound")
def test_user_data_compressed_and_wrapped() -> None:
    packed = base64.b64encode(gzip.compress(b"#!/bin/bash\n")).decode()
    ec2.LaunchTemplate("web", user_data=packed[:20] + "\n" + packed[20:])
    ec2.LaunchConfiguration("api", image_id=AMI, instance_type="t3.micro", user_data_base64=packed)


@case(ec2_user_data_invalid, "absent")
def test_user_data_absent() -> None:
    ec2.LaunchTemplate("web", user_data="")


@case(ec2_user_data_invalid, "unknown")
def test_user_data_unknown() -> None:
    ec2.LaunchTemplate("web", user_data=unknown())


@case(
    ec2_instance_type_invalid,
    "fires",
    'instanceType: "t3.mirco" is no instance type, t3.micro comes nearest',
)
def test_type_misspelt() -> None:
    ec2.Instance("web", ami="ami-0abcdef1234567890", instance_type="t3.mirco")


@case(
    ec2_instance_type_invalid,
    "fires",
    'mixedInstancesPolicy.launchTemplate.overrides[1].instanceType: "t3micro" is no instance type,'
    " t3.micro comes nearest",
)
def test_type_of_an_override() -> None:
    template = ec2.LaunchTemplate("web", image_id=AMI)
    policy = mixed(template, [{"instance_type": "m5.large"}, {"instance_type": "t3micro"}])
    autoscaling.Group("web", min_size=1, max_size=2, mixed_instances_policy=policy)


@case(
    ec2_instance_type_invalid,
    "fires",
    'instanceType: "m5larg" is no instance type, m5.large comes nearest',
    'instanceType: "c5.24x" is no instance type, c5.24xlarge comes nearest',
)
def test_type_of_a_reservation_and_a_host() -> None:
    ec2.DedicatedHost("web", availability_zone="us-east-1a", instance_type="c5.24x")
    ec2.CapacityReservation(
        "web", availability_zone="us-east-1a", instance_count=1, instance_platform="Linux/UNIX",
        instance_type="m5larg",
    )  # fmt: skip


@case(ec2_instance_type_invalid, "sound")
def test_type_of_tomorrow() -> None:
    ec2.Instance("web", ami="ami-0abcdef1234567890", instance_type="t3.micro")
    for name in ("m99gn.48xlarge", "u-6tb1.metal", "u7i-12tb.224xlarge", "c7i.metal-24xl"):
        ec2.LaunchTemplate(name, instance_type=name)


@case(ec2_instance_type_invalid, "absent")
def test_type_absent() -> None:
    ec2.LaunchTemplate("web")


@case(ec2_instance_type_invalid, "unknown")
def test_type_unknown() -> None:
    ec2.Instance("web", ami=AMI, instance_type=unknown())


SPECIFIED = "mixedInstancesPolicy.launchTemplate.launchTemplateSpecification.launchTemplateId"


@case(
    asg_mixed_instances_template_conflict,
    "fires",
    f"{SPECIFIED}: the template web has market options",
)
def test_market_options_in_a_mixed_policy() -> None:
    template = ec2.LaunchTemplate(
        "web",
        image_id="ami-0abcdef1234567890",
        instance_type="t3.micro",
        instance_market_options={"market_type": "spot"},
    )
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=2,
        mixed_instances_policy={
            "launch_template": {
                "launch_template_specification": {"launch_template_id": template.id}
            }
        },
    )


@case(
    asg_mixed_instances_template_conflict,
    "fires",
    "launchTemplate.id: the template web asks for persistent Spot requests",
    "launchTemplate.id: the template web places instances on one host",
)
def test_persistent_spot_on_a_host() -> None:
    options = {"market_type": "spot", "spot_options": {"spot_instance_type": "persistent"}}
    group(
        ec2.LaunchTemplate(
            "web", instance_market_options=options, placement={"host_id": "h-0123456789abcdef0"}
        )
    )


@case(asg_mixed_instances_template_conflict, "sound")
def test_mixed_policy_with_a_plain_template() -> None:
    template = ec2.LaunchTemplate("web", image_id="ami-0abcdef1234567890", instance_type="t3.micro")
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=2,
        mixed_instances_policy={
            "launch_template": {
                "launch_template_specification": {"launch_template_id": template.id}
            },
            "instances_distribution": {"spot_allocation_strategy": "price-capacity-optimized"},
        },
    )


@case(
    asg_mixed_instances_template_conflict,
    "fires",
    "mixedInstancesPolicy.launchTemplate.overrides: some overrides name a type,"
    " others requirements",
)
def test_types_beside_requirements() -> None:
    template = ec2.LaunchTemplate("web", image_id=AMI)
    range_of = {"vcpu_count": {"min": 2}, "memory_mib": {"min": 2048}}
    policy = mixed(template, [{"instance_type": "m5.large"}, {"instance_requirements": range_of}])
    autoscaling.Group("web", min_size=1, max_size=2, mixed_instances_policy=policy)


def test_types_beside_requirements_may_do() -> None:
    stack = planned(test_types_beside_requirements.case.program, StackContext())  # type: ignore[attr-defined]
    (found,) = evaluate(asg_mixed_instances_template_conflict, stack)
    assert found.level is Level.ADVISORY


@case(asg_mixed_instances_template_conflict, "sound")
def test_requirements_alone() -> None:
    template = ec2.LaunchTemplate("web", image_id=AMI)
    range_of = {"vcpu_count": {"min": 2}, "memory_mib": {"min": 2048}}
    policy = mixed(template, [{"instance_requirements": range_of}, {"weighted_capacity": "1"}])
    autoscaling.Group("web", min_size=1, max_size=2, mixed_instances_policy=policy)


@case(asg_mixed_instances_template_conflict, "absent")
def test_spot_template_of_a_plain_group() -> None:
    group(ec2.LaunchTemplate("web", instance_market_options={"market_type": "spot"}))


@case(asg_mixed_instances_template_conflict, "unknown")
def test_mixed_policy_with_an_unknown_template() -> None:
    spot = ec2.LaunchTemplate("web", instance_market_options={"market_type": "spot"})
    policy = {
        "launch_template": {"launch_template_specification": {"launch_template_id": unknown()}}
    }
    autoscaling.Group("web", min_size=1, max_size=2, mixed_instances_policy=policy)
    group_two = {"id": unknown(spot, ec2.LaunchTemplate("api"))}
    autoscaling.Group("two", min_size=1, max_size=2, launch_template=group_two)


@case(asg_size_bounds_invalid, "fires", "minSize: the minimum 2 is above the maximum 1")
def test_minimum_above_maximum() -> None:
    autoscaling.Group("web", min_size=2, max_size=1, launch_template={"id": "lt-1"})


@case(
    asg_size_bounds_invalid,
    "fires",
    "desiredCapacity: 3 is above the maximum 2",
    "desiredCapacity: 0 is below the minimum 1",
)
def test_desired_outside() -> None:
    group(desired_capacity=3)
    autoscaling.Schedule(
        "night", autoscaling_group_name="web", scheduled_action_name="night",
        min_size=1, desired_capacity=0, max_size=-1,
    )  # fmt: skip


@case(
    asg_size_bounds_invalid,
    "fires",
    "minSize: the size -2 is negative",
    "desiredCapacity: the size -3 is negative",
)
def test_negative_sizes() -> None:
    group(min_size=-2)
    autoscaling.Schedule(
        "night", autoscaling_group_name="web", scheduled_action_name="night",
        min_size=-1, desired_capacity=-3, max_size=-1,
    )  # fmt: skip


@case(
    asg_size_bounds_invalid,
    "fires",
    "instanceMaintenancePolicy.maxHealthyPercentage: 50 and 200 percent lie more than 100 apart",
    "instanceMaintenancePolicy.minHealthyPercentage: one percentage of the policy is taken back,"
    " the other set",
    "instanceMaintenancePolicy.maxHealthyPercentage: 99 percent is not 100 to 200",
)
def test_maintenance_policies() -> None:
    for name, low, high in (("a", 50, 200), ("b", -1, 110), ("c", 90, 99)):
        policy = {"min_healthy_percentage": low, "max_healthy_percentage": high}
        autoscaling.Group(name, min_size=1, max_size=2, instance_maintenance_policy=policy)


@case(asg_size_bounds_invalid, "sound")
def test_maintenance_policies_and_health_checks() -> None:
    for name, low, high in (("a", 100, 200), ("b", -1, -1)):
        policy = {"min_healthy_percentage": low, "max_healthy_percentage": high}
        autoscaling.Group(
            name, min_size=1, max_size=2, instance_maintenance_policy=policy,
            health_check_type="ELB,VPC_LATTICE",
        )  # fmt: skip


@case(
    asg_size_bounds_invalid,
    "fires",
    "healthCheckType: ALB is no health check among EC2, ELB, EBS, VPC_LATTICE",
)
def test_unknown_health_check() -> None:
    group(health_check_type="EBS,ALB")


def test_an_unknown_health_check_may_be_a_new_one() -> None:
    def alb() -> None:
        group(health_check_type="ALB")

    (found,) = evaluate(asg_size_bounds_invalid, planned(alb, StackContext()))
    assert found.level is Level.ADVISORY


@case(asg_size_bounds_invalid, "sound")
def test_sizes_in_order() -> None:
    autoscaling.Group(
        "web", min_size=1, max_size=2, desired_capacity=2, launch_template={"id": "lt-1"}
    )


@case(asg_size_bounds_invalid, "absent")
def test_sizes_absent() -> None:
    group()
    autoscaling.Schedule(
        "night", autoscaling_group_name="web", scheduled_action_name="night", min_size=5
    )


@case(asg_size_bounds_invalid, "unknown")
def test_sizes_unknown() -> None:
    policy = {"min_healthy_percentage": unknown(), "max_healthy_percentage": 200}
    group(
        min_size=unknown(), max_size=0, desired_capacity=unknown(),
        instance_maintenance_policy=policy, health_check_type=unknown(),
    )  # fmt: skip


@case(
    asg_launch_configuration_legacy,
    "fires",
    "launchConfiguration: the group uses a launch configuration",
    ": the resource is a launch configuration",
)
def test_launch_configuration() -> None:
    launch = ec2.LaunchConfiguration(
        "web", image_id="ami-0abcdef1234567890", instance_type="t3.micro"
    )
    autoscaling.Group("web", min_size=1, max_size=2, launch_configuration=launch.name)


@case(asg_launch_configuration_legacy, "sound")
def test_launch_template() -> None:
    template = ec2.LaunchTemplate("web", image_id="ami-0abcdef1234567890", instance_type="t3.micro")
    autoscaling.Group("web", min_size=1, max_size=2, launch_template={"id": template.id})


@case(asg_launch_configuration_legacy, "absent")
def test_no_launch_source() -> None:
    autoscaling.Group("web", min_size=1, max_size=2)


@case(asg_launch_configuration_legacy, "unknown")
def test_unknown_template() -> None:
    autoscaling.Group("web", min_size=1, max_size=2, launch_template={"id": unknown()})


@case(
    asg_launch_template_version_stale,
    "fires",
    "launchTemplate.version: $Default stays at the first version of web",
)
def test_default_version() -> None:
    template = ec2.LaunchTemplate("web", image_id="ami-0abcdef1234567890", instance_type="t3.micro")
    autoscaling.Group("web", min_size=1, max_size=2, launch_template={"id": template.id})


@case(
    asg_launch_template_version_stale,
    "fires",
    "launchTemplate.version: the version of web is fixed at 3",
)
def test_fixed_version() -> None:
    template = ec2.LaunchTemplate("web")
    ec2.Instance("i", launch_template={"id": template.id, "version": "3"})


@case(asg_launch_template_version_stale, "sound")
def test_latest_version() -> None:
    template = ec2.LaunchTemplate("web", image_id="ami-0abcdef1234567890", instance_type="t3.micro")
    autoscaling.Group(
        "web",
        min_size=1,
        max_size=2,
        launch_template={"id": template.id, "version": template.latest_version},
    )


@case(asg_launch_template_version_stale, "sound")
def test_default_version_that_moves() -> None:
    group(ec2.LaunchTemplate("web", update_default_version=True))


@case(asg_launch_template_version_stale, "sound")
def test_version_that_follows_the_template() -> None:
    template = ec2.LaunchTemplate("web", image_id=AMI, instance_type="t3.micro")
    latest = {"id": template.id, "version": "$Latest"}
    autoscaling.Group("web", min_size=1, max_size=2, launch_template=latest)


@case(asg_launch_template_version_stale, "absent")
def test_template_elsewhere() -> None:
    autoscaling.Group("web", min_size=1, max_size=2, launch_template={"id": "lt-1"})


@case(asg_launch_template_version_stale, "unknown")
def test_version_unknown() -> None:
    template = ec2.LaunchTemplate("web", update_default_version=unknown())
    group(template)
    ec2.Instance("i", launch_template={"id": template.id, "version": unknown()})


def test_every_instance_type_that_is_known_has_the_shape_of_one() -> None:
    def known() -> None:
        for name in catalog.instance_type_names():
            ec2.LaunchTemplate(name, instance_type=name)

    assert not evaluate(ec2_instance_type_invalid, planned(known, StackContext()))
