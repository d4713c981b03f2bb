"""Cells of fifty sound resources each; the environment says how many cells."""

import json
import os

import pulumi
import pulumi_aws as aws

ZONES = ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": {"Service": "lambda.amazonaws.com"},
            }
        ],
    }
)


def network(cell: str, number: int) -> aws.ec2.Vpc:
    """28 resources."""
    vpc = aws.ec2.Vpc(
        cell,
        cidr_block=f"10.{number}.0.0/16",
        enable_dns_support=True,
        enable_dns_hostnames=True,
    )
    internet = aws.ec2.InternetGateway(cell, vpc_id=vpc.id)
    public = aws.ec2.RouteTable(f"{cell}-public", vpc_id=vpc.id)
    aws.ec2.Route(
        f"{cell}-public",
        route_table_id=public.id,
        destination_cidr_block="0.0.0.0/0",
        gateway_id=internet.id,
    )
    for place, zone in enumerate(ZONES):
        name = f"{cell}-{zone[-1]}"
        outside, inside = (
            aws.ec2.Subnet(
                f"{name}-{tier}",
                vpc_id=vpc.id,
                cidr_block=f"10.{number}.{place + start}.0/24",
                availability_zone=zone,
            )
            for tier, start in (("public", 0), ("private", 10))
        )
        address = aws.ec2.Eip(name, domain="vpc")
        nat = aws.ec2.NatGateway(
            name,
            subnet_id=outside.id,
            allocation_id=address.id,
            opts=pulumi.ResourceOptions(depends_on=[internet]),
        )
        private = aws.ec2.RouteTable(name, vpc_id=vpc.id)
        aws.ec2.Route(
            name,
            route_table_id=private.id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=nat.id,
        )
        for tier, table, subnet in (("public", public, outside), ("private", private, inside)):
            aws.ec2.RouteTableAssociation(
                f"{name}-{tier}", route_table_id=table.id, subnet_id=subnet.id
            )
    return vpc


def groups(cell: str, vpc: aws.ec2.Vpc, number: int) -> None:
    """8 resources."""
    for name, port in (("web", 443), ("app", 8080)):
        group = aws.ec2.SecurityGroup(
            f"{cell}-{name}", vpc_id=vpc.id, description=f"The {name} tier"
        )
        for place in range(2):
            aws.vpc.SecurityGroupIngressRule(
                f"{cell}-{name}-{place}",
                security_group_id=group.id,
                description="From within",
                ip_protocol="tcp",
                from_port=port + place,
                to_port=port + place,
                cidr_ipv4=f"10.{number}.{place}.0/24",
            )
        aws.vpc.SecurityGroupEgressRule(
            f"{cell}-{name}",
            security_group_id=group.id,
            description="To anywhere",
            ip_protocol="-1",
            cidr_ipv4="0.0.0.0/0",
        )


def data(cell: str) -> None:
    """14 resources."""
    for kind in ("orders", "items"):
        name = f"{cell}-{kind}"
        table = aws.dynamodb.Table(
            name,
            billing_mode="PAY_PER_REQUEST",
            hash_key="id",
            attributes=[{"name": "id", "type": "S"}],
            point_in_time_recovery={"enabled": True},
        )
        queue = aws.sqs.Queue(name, visibility_timeout_seconds=60, sqs_managed_sse_enabled=True)
        role = aws.iam.Role(name, assume_role_policy=TRUST)
        aws.iam.RolePolicy(
            name,
            role=role.id,
            policy=table.arn.apply(
                lambda arn: json.dumps(
                    {
                        "Version": "2012-10-17",
                        "Statement": [
                            {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": arn}
                        ],
                    }
                )
            ),
        )
        aws.cloudwatch.LogGroup(name, retention_in_days=30)
        topic = aws.sns.Topic(name)
        aws.cloudwatch.MetricAlarm(
            name,
            namespace="AWS/SQS",
            metric_name="ApproximateAgeOfOldestMessage",
            dimensions={"QueueName": queue.name},
            comparison_operator="GreaterThanThreshold",
            evaluation_periods=3,
            period=300,
            statistic="Maximum",
            threshold=600,
            alarm_actions=[topic.arn],
        )


for number in range(int(os.environ["CELLS"])):
    cell = f"cell{number}"
    vpc = network(cell, number)
    groups(cell, vpc, number)
    data(cell)
