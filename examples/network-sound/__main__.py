"""A VPC of three tiers, public, app and data, over three Availability Zones.

Each zone has a NAT gateway of its own, so that losing a zone takes nothing from the others. The
data tier has no way out; AWS services are reached through endpoints.
"""

import ipaddress
import json

import pulumi
import pulumi_aws as aws

ZONES = ["us-east-1a", "us-east-1b", "us-east-1c"]
REGION = "us-east-1"
BLOCK = "10.20.0.0/16"
TAGS = {
    "Project": "network",
    "Environment": "dev",
    "Owner": "platform",
    "CostCenter": "4711",
    "ManagedBy": "pulumi",
}
blocks = ipaddress.ip_network(BLOCK).subnets(new_prefix=20)


def tags(name: str) -> dict[str, str]:
    return {**TAGS, "Name": name}


vpc = aws.ec2.Vpc(
    "main",
    cidr_block=BLOCK,
    enable_dns_support=True,
    enable_dns_hostnames=True,
    tags=tags("main"),
)
aws.ec2.DefaultSecurityGroup("closed", vpc_id=vpc.id, tags=tags("closed"))
internet = aws.ec2.InternetGateway("main", vpc_id=vpc.id, tags=tags("main"))


def subnet(tier: str, zone: str) -> aws.ec2.Subnet:
    name = f"{tier}-{zone[-1]}"
    return aws.ec2.Subnet(
        name,
        vpc_id=vpc.id,
        cidr_block=str(next(blocks)),
        availability_zone=zone,
        tags=tags(name),
    )


def table(name: str, subnets: list[aws.ec2.Subnet], letters: str) -> aws.ec2.RouteTable:
    made = aws.ec2.RouteTable(name, vpc_id=vpc.id, tags=tags(name))
    for letter, one in zip(letters, subnets, strict=True):
        aws.ec2.RouteTableAssociation(
            name if len(letters) == 1 else f"{name}-{letter}",
            route_table_id=made.id,
            subnet_id=one.id,
        )
    return made


public = [subnet("public", zone) for zone in ZONES]
app = [subnet("app", zone) for zone in ZONES]
data = [subnet("data", zone) for zone in ZONES]

public_table = table("public", public, "abc")
aws.ec2.Route(
    "public",
    route_table_id=public_table.id,
    destination_cidr_block="0.0.0.0/0",
    gateway_id=internet.id,
)
data_table = table("data", data, "abc")

app_tables = []
for zone, outside, inside in zip(ZONES, public, app, strict=True):
    letter = zone[-1]
    address = aws.ec2.Eip(
        f"nat-{letter}",
        domain="vpc",
        tags=tags(f"nat-{letter}"),
        opts=pulumi.ResourceOptions(depends_on=[internet]),
    )
    nat = aws.ec2.NatGateway(
        f"nat-{letter}",
        subnet_id=outside.id,
        allocation_id=address.id,
        tags=tags(f"nat-{letter}"),
        opts=pulumi.ResourceOptions(depends_on=[internet]),
    )
    private = table(f"app-{letter}", [inside], letter)
    aws.ec2.Route(
        f"app-{letter}",
        route_table_id=private.id,
        destination_cidr_block="0.0.0.0/0",
        nat_gateway_id=nat.id,
    )
    app_tables.append(private)

for service in ("s3", "dynamodb"):
    aws.ec2.VpcEndpoint(
        service,
        vpc_id=vpc.id,
        service_name=f"com.amazonaws.{REGION}.{service}",
        vpc_endpoint_type="Gateway",
        route_table_ids=[one.id for one in (*app_tables, data_table)],
        tags=tags(service),
    )

endpoints = aws.ec2.SecurityGroup(
    "endpoints",
    vpc_id=vpc.id,
    description="Interface endpoints, for the whole VPC",
    tags=tags("endpoints"),
)
aws.vpc.SecurityGroupIngressRule(
    "endpoints-https",
    security_group_id=endpoints.id,
    description="HTTPS from the VPC",
    ip_protocol="tcp",
    from_port=443,
    to_port=443,
    cidr_ipv4=BLOCK,
    tags=tags("endpoints-https"),
)
aws.ec2.VpcEndpoint(
    "secretsmanager",
    vpc_id=vpc.id,
    service_name=f"com.amazonaws.{REGION}.secretsmanager",
    vpc_endpoint_type="Interface",
    private_dns_enabled=True,
    subnet_ids=[one.id for one in app],
    security_group_ids=[endpoints.id],
    tags=tags("secretsmanager"),
)
databases = aws.rds.SubnetGroup(
    "data",
    description="The data tier",
    subnet_ids=[one.id for one in data],
    tags=tags("data"),
)

flow_role = aws.iam.Role(
    "flow-logs",
    assume_role_policy=json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "vpc-flow-logs.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    ),
    tags=tags("flow-logs"),
)
flows = aws.cloudwatch.LogGroup("flows", retention_in_days=30, tags=tags("flows"))
aws.iam.RolePolicy(
    "flow-logs",
    role=flow_role.id,
    policy=flows.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "logs:CreateLogStream",
                            "logs:DescribeLogStreams",
                            "logs:PutLogEvents",
                        ],
                        "Resource": f"{arn}:*",
                    }
                ],
            }
        )
    ),
)
aws.ec2.FlowLog(
    "main",
    vpc_id=vpc.id,
    traffic_type="ALL",
    log_destination=flows.arn,
    iam_role_arn=flow_role.arn,
    tags=tags("main"),
)

pulumi.export("vpc_id", vpc.id)
pulumi.export("app_subnet_ids", [one.id for one in app])
pulumi.export("database_subnet_group", databases.name)
