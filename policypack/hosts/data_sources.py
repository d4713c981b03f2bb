"""Plausible answers to the usual data sources, so that a program runs without AWS.

Shapes are those of the functions in `pulumi_aws`; IAM policy documents are rendered for real.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from policypack.aws.catalog import partition_of, region, zone_id_prefix
from policypack.hosts.answer_shapes import answer_shape
from policypack.hosts.undecided import UNDECIDED, is_undecided

ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
Arguments = Mapping[str, Any]


def answer(token: str, args: Arguments, region_name: str) -> dict[str, Any]:
    """Return what a data source gives.

    Args:
        token: the function, such as `aws:index/getRegion:getRegion`.
        args: its arguments.
        region_name: the region that it is asked in, "" for us-east-1.

    What nobody can know here is undecided: a text that is unknown to the plan (`undecided.py`).
    """
    where = args.get("region") or region_name or DEFAULT_REGION
    function = token.removeprefix("aws:").partition(":")[0]
    # What is asked about something undecided is so too; a document has it where it belongs.
    is_open = function != _DOCUMENT and is_undecided(dict(args))
    known = None if is_open else _ANSWERS.get(function)
    told = known(args, where) if known else {key: args[key] for key in args if args[key]}
    return {**answer_shape(token), "region": where, **told}


def _hex(seed: str, digits: int) -> str:
    return hashlib.sha256(seed.encode()).hexdigest()[:digits]


def _zones(args: Arguments, where: str) -> dict[str, Any]:
    known = region(where)
    # A region lends a program as many zones as it has, at most those that every account sees.
    names = [f"{where}{letter}" for letter in "abc"] if known is None else list(known.zone_names)
    prefix = zone_id_prefix(where) or "xxx1"
    left_out = {*(args.get("excludeNames") or ()), *(args.get("excludeZoneIds") or ())}
    pairs = [(name, f"{prefix}-az{number}") for number, name in enumerate(names, 1)]
    pairs = [pair for pair in pairs if left_out.isdisjoint(pair)]
    return {
        "id": where,
        "names": [name for name, _ in pairs],
        "zoneIds": [zone_id for _, zone_id in pairs],
        "groupNames": [where],
        "region": where,
        "state": args.get("state"),
    }


def _zone(args: Arguments, where: str) -> dict[str, Any]:
    every = _zones({}, where)
    ids = dict(zip(every["names"], every["zoneIds"], strict=True))
    names = {zone_id: name for name, zone_id in ids.items()}
    name = args.get("name") or names.get(args.get("zoneId")) or every["names"][0]
    return {
        "id": name,
        "name": name,
        "nameSuffix": name[len(where) :],
        "region": where,
        "zoneId": args.get("zoneId") or ids.get(name, UNDECIDED),
        "state": "available",
        "zoneType": "availability-zone",
    }


def _identity(_: Arguments, where: str) -> dict[str, Any]:
    partition = partition_of(where) or "aws"
    return {
        "accountId": ACCOUNT,
        "arn": f"arn:{partition}:iam::{ACCOUNT}:user/preview",
        "userId": "AIDAEXAMPLEEXAMPLE000",
        "id": ACCOUNT,
    }


def _region(_: Arguments, where: str) -> dict[str, Any]:
    known = region(where)
    description = known.description if known else where
    return {
        "id": where,
        "name": where,
        "region": where,
        "description": description,
        "endpoint": f"ec2.{where}.amazonaws.com",
    }


def _partition(_: Arguments, where: str) -> dict[str, Any]:
    partition = partition_of(where) or "aws"
    suffix = "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com"
    return {
        "id": partition,
        "partition": partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _ami(args: Arguments, where: str) -> dict[str, Any]:
    wanted = json.dumps(dict(args), sort_keys=True)
    image = f"ami-{_hex(where + wanted, 17)}"
    architecture = "arm64" if "arm64" in wanted or "aarch64" in wanted else "x86_64"
    return {
        "id": image,
        "imageId": image,
        "arn": f"arn:aws:ec2:{where}::image/{image}",
        "architecture": architecture,
        "name": "preview-image",
        "ownerId": "137112412989",
        "state": "available",
        "virtualizationType": "hvm",
        "rootDeviceName": "/dev/xvda",
        "rootDeviceType": "ebs",
        "region": where,
        "owners": args.get("owners"),
        "mostRecent": args.get("mostRecent"),
    }


def _ami_ids(args: Arguments, where: str) -> dict[str, Any]:
    return {"id": where, "ids": [_ami(args, where)["id"]], "owners": args.get("owners") or []}


def _parameter(args: Arguments, where: str) -> dict[str, Any]:
    name = str(args.get("name"))
    value = _public_parameter(name, where)
    return {
        "id": name,
        "name": name,
        "value": value,
        "insecureValue": value,
        "type": "String",
        "version": 1,
        "arn": f"arn:aws:ssm:{where}:{ACCOUNT}:parameter{name}",
    }


def _public_parameter(name: str, where: str) -> str:
    """The parameters below /aws/service name images, as an id or as a document with it."""
    is_image = name.startswith("/aws/service/") and ("ami" in name or "image" in name)
    if not is_image or name.endswith(("version", "name")):
        return UNDECIDED
    image = f"ami-{_hex(where + name, 17)}"
    return json.dumps({"image_id": image}) if name.endswith("/recommended") else image


def _vpc(args: Arguments, where: str) -> dict[str, Any]:
    vpc = args.get("id") or f"vpc-{_hex(where + json.dumps(dict(args)), 17)}"
    return {
        "id": vpc,
        "cidrBlock": "172.31.0.0/16",
        "default": bool(args.get("default")),
        "arn": f"arn:aws:ec2:{where}:{ACCOUNT}:vpc/{vpc}",
        "state": "available",
        "enableDnsSupport": True,
        "enableDnsHostnames": True,
        "tags": args.get("tags") or {},
    }


def _subnets(args: Arguments, where: str) -> dict[str, Any]:
    seed = where + json.dumps(dict(args))
    return {"id": where, "ids": [f"subnet-{_hex(seed + str(n), 17)}" for n in range(3)]}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _one_or_all(values: list[Any]) -> Any:
    """The provider writes a single value as text and sorts several, the last first."""
    distinct = sorted(set(map(str, values)), reverse=True)
    return distinct[0] if len(distinct) == 1 else distinct


def _statement(given: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if given.get("sid"):
        made["Sid"] = given["sid"]
    made["Effect"] = given.get("effect") or "Allow"
    for key, name in (
        ("actions", "Action"),
        ("notActions", "NotAction"),
        ("resources", "Resource"),
        ("notResources", "NotResource"),
    ):
        if given.get(key):
            made[name] = _one_or_all(_list(given[key]))
    for key, name in (("principals", "Principal"), ("notPrincipals", "NotPrincipal")):
        if given.get(key):
            made[name] = _principals(given[key])
    if given.get("conditions"):
        made["Condition"] = _conditions(given["conditions"])
    return made


def _principals(given: list[Mapping[str, Any]]) -> Any:
    made: dict[str, list[Any]] = {}
    for one in given:
        made.setdefault(str(one.get("type")), []).extend(_list(one.get("identifiers")))
    if made == {"*": ["*"]}:
        return "*"
    return {kind: _one_or_all(identifiers) for kind, identifiers in made.items()}


def _conditions(given: list[Mapping[str, Any]]) -> dict[str, Any]:
    made: dict[str, dict[str, Any]] = {}
    for one in given:
        values = made.setdefault(str(one.get("test")), {})
        variable = str(one.get("variable"))
        every = [*_list(values.get(variable)), *_list(one.get("values"))]
        # Unlike actions, the values of a condition keep their order.
        values[variable] = every[0] if len(every) == 1 else every
    return made


def _policy_document(args: Arguments, _: str) -> dict[str, Any]:
    statements: list[dict[str, Any]] = []
    for text in _list(args.get("sourcePolicyDocuments")):
        _merge(statements, _statements_of(text))
    _merge(statements, [_statement(one) for one in args.get("statements") or []])
    for text in _list(args.get("overridePolicyDocuments")):
        _merge(statements, _statements_of(text))
    document: dict[str, Any] = {"Version": args.get("version") or "2012-10-17"}
    if args.get("policyId"):
        document["Id"] = args["policyId"]
    document["Statement"] = statements
    return {
        **args,
        "id": str(int(_hex(json.dumps(document, sort_keys=True), 8), 16)),
        "json": json.dumps(document, indent=2),
        "minifiedJson": json.dumps(document, separators=(",", ":")),
    }


def _merge(statements: list[dict[str, Any]], more: list[dict[str, Any]]) -> None:
    """Add statements; one with a Sid that is there already takes its place."""
    for one in more:
        places = [i for i, old in enumerate(statements) if one.get("Sid") == old.get("Sid")]
        if one.get("Sid") and places:
            statements[places[0]] = one
        else:
            statements.append(one)


def _statements_of(text: Any) -> list[dict[str, Any]]:
    try:
        found = _list(json.loads(text).get("Statement"))
        return [one for one in found if isinstance(one, dict)]
    except (TypeError, ValueError, AttributeError):
        return []


_DOCUMENT = "iam/getPolicyDocument"
_ANSWERS: dict[str, Callable[[Arguments, str], dict[str, Any]]] = {
    "index/getAvailabilityZones": _zones,
    "index/getAvailabilityZone": _zone,
    "index/getCallerIdentity": _identity,
    "index/getRegion": _region,
    "index/getPartition": _partition,
    "ec2/getAmi": _ami,
    "ec2/getAmiIds": _ami_ids,
    "ssm/getParameter": _parameter,
    "ec2/getVpc": _vpc,
    "ec2/getSubnets": _subnets,
    _DOCUMENT: _policy_document,
}
