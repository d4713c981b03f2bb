"""A web tier: instances of an Auto Scaling group behind an Application Load Balancer."""

import base64

import pulumi
import pulumi_aws as aws

ZONES = ["us-east-1a", "us-east-1b"]
PORT = 8080

vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
gateway = aws.ec2.InternetGateway("main", vpc_id=vpc.id)
table = aws.ec2.RouteTable("public", vpc_id=vpc.id)
aws.ec2.Route(
    "internet",
    route_table_id=table.id,
    destination_cidr_block="0.0.0.0/0",
    gateway_id=gateway.id,
)
subnets = []
for number, zone in enumerate(ZONES):
    subnet = aws.ec2.Subnet(
        f"public-{zone[-1]}",
        vpc_id=vpc.id,
        cidr_block=f"10.0.{number}.0/24",
        availability_zone=zone,
        map_public_ip_on_launch=True,
    )
    aws.ec2.RouteTableAssociation(
        f"public-{zone[-1]}", subnet_id=subnet.id, route_table_id=table.id
    )
    subnets.append(subnet)

front = aws.ec2.SecurityGroup("front", vpc_id=vpc.id)
app = aws.ec2.SecurityGroup("app", vpc_id=vpc.id)
aws.vpc.SecurityGroupIngressRule(
    "front-http",
    security_group_id=front.id,
    ip_protocol="tcp",
    from_port=80,
    to_port=80,
    cidr_ipv4="0.0.0.0/0",
)
aws.vpc.SecurityGroupEgressRule(
    "front-to-app",
    security_group_id=front.id,
    ip_protocol="tcp",
    from_port=PORT,
    to_port=PORT,
    referenced_security_group_id=app.id,
)
aws.vpc.SecurityGroupIngressRule(
    "app-from-front",
    security_group_id=app.id,
    ip_protocol="tcp",
    from_port=PORT,
    to_port=PORT,
    referenced_security_group_id=front.id,
)
aws.vpc.SecurityGroupEgressRule(
    "app-out", security_group_id=app.id, ip_protocol="-1", cidr_ipv4="0.0.0.0/0"
)

balancer = aws.lb.LoadBalancer(
    "front", security_groups=[front.id], subnets=[subnet.id for subnet in subnets]
)
targets = aws.lb.TargetGroup(
    "app",
    port=PORT,
    protocol="HTTP",
    vpc_id=vpc.id,
    health_check={"path": "/healthz", "interval": 15, "timeout": 5},
)
aws.lb.Listener(
    "http",
    load_balancer_arn=balancer.arn,
    port=80,
    protocol="HTTP",
    default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
)

image = aws.ec2.get_ami(
    most_recent=True,
    owners=["amazon"],
    filters=[{"name": "name", "values": ["al2023-ami-2023.*-x86_64"]}],
)
script = f"#!/bin/bash\npython3 -m http.server {PORT}\n"
template = aws.ec2.LaunchTemplate(
    "app",
    image_id=image.id,
    instance_type="m7i.large",
    vpc_security_group_ids=[app.id],
    user_data=base64.b64encode(script.encode()).decode(),
    metadata_options={"http_tokens": "required"},
)
aws.autoscaling.Group(
    "app",
    min_size=2,
    max_size=6,
    launch_template={"id": template.id, "version": template.latest_version},
    vpc_zone_identifiers=[subnet.id for subnet in subnets],
    target_group_arns=[targets.arn],
    health_check_type="ELB",
    health_check_grace_period=300,
)

pulumi.export("url", pulumi.Output.concat("http://", balancer.dns_name))
