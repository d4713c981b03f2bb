"""The web tier of `compute-sound`, as it often arrives: it previews green and does not deploy."""

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("main", cidr_block="10.0.0.0/16", enable_dns_hostnames=True)
other = aws.ec2.Vpc("batch", cidr_block="10.1.0.0/16")
gateway = aws.ec2.InternetGateway("main", vpc_id=vpc.id)
table = aws.ec2.RouteTable(
    "public", vpc_id=vpc.id, routes=[{"cidr_block": "0.0.0.0/0", "gateway_id": gateway.id}]
)
subnets = []
for number, zone in enumerate(["us-east-1a", "us-east-1b"]):
    subnet = aws.ec2.Subnet(
        f"public-{zone[-1]}",
        vpc_id=vpc.id,
        cidr_block=f"10.0.{number}.0/28",
        availability_zone=zone,
    )
    aws.ec2.RouteTableAssociation(
        f"public-{zone[-1]}", subnet_id=subnet.id, route_table_id=table.id
    )
    subnets.append(subnet)

# The ports run backwards, and nothing is let out.
front = aws.ec2.SecurityGroup(
    "front",
    vpc_id=vpc.id,
    ingress=[
        {"protocol": "tcp", "from_port": 443, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]},
        {"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.1"]},
    ],
)
# In the wrong VPC, and shut to the load balancer.
app = aws.ec2.SecurityGroup(
    "app",
    vpc_id=other.id,
    ingress=[{"protocol": "tcp", "from_port": 22, "to_port": 22, "cidr_blocks": ["10.0.0.0/8"]}],
    egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
)

balancer = aws.lb.LoadBalancer(
    "front", security_groups=[front.id], subnets=[subnet.id for subnet in subnets]
)
targets = aws.lb.TargetGroup(
    "app",
    port=8080,
    protocol="HTTP",
    vpc_id=vpc.id,
    deregistration_delay=7200,
    health_check={"protocol": "TCP", "interval": 10, "timeout": 10},
)
aws.lb.Listener(
    "http",
    load_balancer_arn=balancer.arn,
    port=8443,
    protocol="HTTP",
    default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
)

role = aws.iam.Role(
    "app",
    assume_role_policy="{'Version': '2012-10-17', 'Statement': []}",
)
template = aws.ec2.LaunchTemplate(
    "app",
    image_id="ami-latest",
    instance_type="t3.mirco",
    iam_instance_profile={"name": role.name},
    vpc_security_group_ids=[app.id],
    network_interfaces=[{"associate_public_ip_address": "true"}],
    user_data="#!/bin/bash\npython3 -m http.server 8080\n",
    block_device_mappings=[
        {"device_name": "/dev/xvda", "ebs": {"volume_type": "gp3", "throughput": 1000}}
    ],
    instance_initiated_shutdown_behavior="hibernate",
)
aws.autoscaling.Group(
    "app",
    min_size=4,
    max_size=40,
    desired_capacity=2,
    launch_template={"id": template.id},
    vpc_zone_identifiers=[subnet.id for subnet in subnets],
    target_group_arns=[targets.arn],
)

table_name = aws.dynamodb.Table(
    "sessions",
    attributes=[{"name": "id", "type": "S"}],
    hash_key="id",
    billing_mode="ON_DEMAND",
)
pulumi.export("url", pulumi.Output.concat("http://", balancer.dns_name))
