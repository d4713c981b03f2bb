"""A shop's network, drafted in haste: every part looks right by itself, and AWS refuses it.

Nothing exists yet, so ids are unknown; what is wrong shows only between the resources.
"""

import pulumi
import pulumi_aws as aws

vpc = aws.ec2.Vpc("shop", cidr_block="10.0.0.0/16", tags={"Name": "shop"})
partner = aws.ec2.Vpc("partner", cidr_block="10.0.128.0/17", tags={"Name": "partner"})
internet = aws.ec2.InternetGateway("shop", vpc_id=vpc.id)

# A third subnet was squeezed in: 10.0.1.128/25 is half of 10.0.1.0/24.
public_a = aws.ec2.Subnet(
    "public-a", vpc_id=vpc.id, cidr_block="10.0.0.0/24", availability_zone="us-east-1a"
)
public_b = aws.ec2.Subnet(
    "public-b", vpc_id=vpc.id, cidr_block="10.0.1.0/24", availability_zone="us-east-1a"
)
app_a = aws.ec2.Subnet(
    "app-a", vpc_id=vpc.id, cidr_block="10.0.1.128/25", availability_zone="us-east-1b"
)
# The plan for the next VPC, and a zone of the next region.
app_b = aws.ec2.Subnet(
    "app-b", vpc_id=vpc.id, cidr_block="10.1.2.0/24", availability_zone="us-east-1b"
)
archive = aws.ec2.Subnet(
    "archive", vpc_id=vpc.id, cidr_block="10.0.3.0/24", availability_zone="us-west-2a"
)
exchange = aws.ec2.Subnet(
    "exchange", vpc_id=partner.id, cidr_block="10.0.130.0/24", availability_zone="us-east-1a"
)
aws.ec2.VpcIpv4CidrBlockAssociation("more", vpc_id=vpc.id, cidr_block="10.0.64.0/18")

# Peered VPCs must not share addresses.
aws.ec2.VpcPeeringConnection("partner", vpc_id=vpc.id, peer_vpc_id=partner.id, auto_accept=True)

# One address for two gateways, a gateway without any, and one whose VPC has no way out.
address = aws.ec2.Eip("nat", domain="vpc")
after_internet = pulumi.ResourceOptions(depends_on=[internet])
nat_a = aws.ec2.NatGateway(
    "nat-a", subnet_id=public_a.id, allocation_id=address.id, opts=after_internet
)
nat_b = aws.ec2.NatGateway(
    "nat-b", subnet_id=public_b.id, allocation_id=address.id, opts=after_internet
)
aws.ec2.NatGateway("nat-partner", subnet_id=exchange.id)

public = aws.ec2.RouteTable("public", vpc_id=vpc.id)
aws.ec2.Route(
    "internet",
    route_table_id=public.id,
    destination_cidr_block="0.0.0.0/0",
    gateway_id=internet.id,
)
aws.ec2.RouteTableAssociation("public-a", route_table_id=public.id, subnet_id=public_a.id)
aws.ec2.RouteTableAssociation("public-b", route_table_id=public.id, subnet_id=public_b.id)
# A subnet of the other VPC, and a second table for a subnet that has one.
aws.ec2.RouteTableAssociation("exchange", route_table_id=public.id, subnet_id=exchange.id)

private = aws.ec2.RouteTable("private", vpc_id=vpc.id)
aws.ec2.RouteTableAssociation("app-a", route_table_id=private.id, subnet_id=app_a.id)
aws.ec2.RouteTableAssociation("app-b", route_table_id=private.id, subnet_id=app_b.id)
aws.ec2.RouteTableAssociation("again", route_table_id=private.id, subnet_id=public_b.id)
# A NAT gateway is no `gateway_id`, and there is one route to a destination.
aws.ec2.Route(
    "out", route_table_id=private.id, destination_cidr_block="0.0.0.0/0", gateway_id=nat_a.id
)
aws.ec2.Route(
    "out-too",
    route_table_id=private.id,
    destination_cidr_block="0.0.0.0/0",
    nat_gateway_id=nat_b.id,
)

# Private DNS names need DNS host names in the VPC; public-a and public-b share a zone.
aws.ec2.VpcEndpoint(
    "ssm",
    vpc_id=vpc.id,
    service_name="com.amazonaws.us-east-1.ssm",
    vpc_endpoint_type="Interface",
    private_dns_enabled=True,
    subnet_ids=[public_a.id, public_b.id],
)
aws.lb.LoadBalancer("shop", subnets=[public_a.id, public_b.id])

# The instance is put where its subnet is not, and the volume where the instance is not.
server = aws.ec2.Instance(
    "server",
    ami="ami-0abcdef1234567890",
    instance_type="t3.micro",
    subnet_id=app_a.id,
    availability_zone="us-east-1a",
)
disk = aws.ebs.Volume("disk", availability_zone="us-east-1b", size=100)
aws.ec2.VolumeAttachment("disk", device_name="/dev/sdf", volume_id=disk.id, instance_id=server.id)
