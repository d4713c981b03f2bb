"""What pulumi-aws's Check does to the inputs of a resource, without the provider.

Names, region, tags, defaults and JSON documents, in the order of the provider
(pulumi-terraform-bridge `pkg/tfbridge/provider.go`). Resources of the plugin framework get names
and region alone (`pkg/pf/tfbridge/provider_check.go`).
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from google.protobuf import json_format, struct_pb2

from policypack.aws.catalog.constraints import Shape, shape
from policypack.aws.catalog.vocabulary import takes_default_tags
from policypack.hosts.auto_names import INLINE_POLICY, CheckFailure, auto_name, naming_of
from policypack.plan.normalise import BUCKET_V2
from policypack.plan.wire import (
    DEFAULTS,
    OUTPUT_VALUE,
    SECRET,
    SENTINELS,
    SIGNATURE,
    UNKNOWN_STRING,
    whole,
)

HERE = Path(__file__).parent
_ROLE = "aws:iam/role:Role"
# Inputs that take a policy as an object and leave Check as JSON text.
_DOCUMENTS = {
    "aws:iam/policy:Policy": "policy",
    "aws:iam/rolePolicy:RolePolicy": "policy",
    "aws:iam/userPolicy:UserPolicy": "policy",
    "aws:iam/groupPolicy:GroupPolicy": "policy",
    _ROLE: "assumeRolePolicy",
    "aws:s3/bucket:Bucket": "policy",
    "aws:s3/bucketPolicy:BucketPolicy": "policy",
    "aws:sqs/queuePolicy:QueuePolicy": "policy",
    "aws:sns/topicPolicy:TopicPolicy": "policy",
    "aws:ecr/repositoryPolicy:RepositoryPolicy": "policy",
    "aws:ecr/registryPolicy:RegistryPolicy": "policy",
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": "policy",
    "aws:elasticsearch/domain:Domain": "accessPolicies",
    "aws:elasticsearch/domainPolicy:DomainPolicy": "accessPolicies",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "policyDocument",
}
# The input is there, and the provider never fills it in.
_REGION_UNTOUCHED = frozenset(
    {
        BUCKET_V2,
        "aws:cloudformation/stackSetInstance:StackSetInstance",
        "aws:ssmincidents/replicationSet:ReplicationSet",
        "aws:invoicing/invoiceUnit:InvoiceUnit",
        "aws:arcregionswitch/plan:Plan",
        "aws:servicequotas/template:Template",
        "aws:cfg/aggregateAuthorization:AggregateAuthorization",
    }
)


@cache
def _plugin_framework() -> frozenset[str]:
    return frozenset((HERE / "plugin_framework_tokens.txt").read_text("utf-8").split())


@cache
def _defaults() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = json.loads(
        (HERE / "provider_defaults.json").read_text("utf-8")
    )
    return loaded


def check_struct(token: str, name: str, inputs: Any, provider: Any, urn: str = "") -> Any:
    """Return the checked inputs of a resource, as a `Struct`.

    Args:
        token: its type.
        name: its logical name.
        inputs: the `Struct` that the program sends.
        provider: the `Struct` of the provider's configuration.
        urn: its URN, from which the random part of a generated name is drawn.

    Raises:
        CheckFailure: the generated name is too long.

    The engine leaves the inputs alone where the provider's own configuration is not known.
    """
    plain = json_format.MessageToDict(inputs)
    checked = check(token, name, plain, json_format.MessageToDict(provider), urn)
    return json_format.ParseDict(checked, struct_pb2.Struct())


def check(
    token: str, name: str, inputs: Mapping[str, Any], provider: Mapping[str, Any], urn: str = ""
) -> dict[str, Any]:
    """Return the checked inputs of a resource; see `check_struct`."""
    if not token.startswith("aws:") or _is_open(provider):
        return dict(inputs)
    shapes = shape(token)
    keys = frozenset(shapes)
    is_framework = token.split(":")[1] in _plugin_framework()
    checked = {key: value for key, value in inputs.items() if value is not None}
    _add_region(token, checked, provider, keys)
    if not is_framework:
        _add_tags_all(token, checked, provider)
    filled = _add_name(token, name, checked, keys, urn)
    if is_framework:
        return checked
    if token == _ROLE:
        _name_inline_policies(name, checked, urn)
    _write_document(token, checked)
    filled += _add_defaults(checked, _defaults().get(_canonical(token), {}))
    return {**_members(checked, shapes), DEFAULTS: filled}


def _canonical(token: str) -> str:
    return token.replace("aws:alb/", "aws:lb/")


def _add_region(
    token: str, checked: dict[str, Any], provider: Mapping[str, Any], keys: frozenset[str]
) -> None:
    is_open = "region" in keys and token not in _REGION_UNTOUCHED
    if is_open and "region" not in checked and provider.get("region"):
        checked["region"] = provider["region"]


def _add_tags_all(token: str, checked: dict[str, Any], provider: Mapping[str, Any]) -> None:
    if token == BUCKET_V2 or not takes_default_tags(token):
        return
    own, settings = checked.get("tags") or {}, _tag_settings(provider)
    tags = _unwrapped(own)
    if _holds_unknown(_opened(own)) or not isinstance(tags, dict):
        checked["tagsAll"] = UNKNOWN_STRING
        return
    ignored = settings["ignoreTags"]
    prefixes = tuple(ignored.get("keyPrefixes") or ())
    keys = ignored.get("keys") or ()
    kept = {
        key: value
        for key, value in {**(settings["defaultTags"].get("tags") or {}), **tags}.items()
        if key not in keys and not (prefixes and key.startswith(prefixes))
    }
    checked["tagsAll"] = kept if tags is own else {SIGNATURE: SECRET, "value": kept}


def _tag_settings(provider: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {key: _parsed(provider.get(key)) for key in ("defaultTags", "ignoreTags")}


def _is_open(provider: Mapping[str, Any]) -> bool:
    return _holds_unknown(_opened({**provider, **_tag_settings(provider)}))


def _parsed(value: Any) -> dict[str, Any]:
    """Provider arguments that are objects arrive as JSON text."""
    value = _opened(value)
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            value = json.loads(value)
    return _opened(value) if isinstance(value, dict) else {}


def _unwrapped(value: Any) -> Any:
    secret = isinstance(value, dict) and value.get(SIGNATURE) in (SECRET, OUTPUT_VALUE)
    return value.get("value", UNKNOWN_STRING) if secret else value


def _opened(value: Any) -> Any:
    """Return a value without the marks of secrets and outputs, at any depth."""
    value = _unwrapped(value)
    if isinstance(value, dict):
        return {key: _opened(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_opened(element) for element in value]
    return value


def _holds_unknown(value: Any) -> bool:
    if isinstance(value, dict):
        return any(_holds_unknown(member) for member in value.values())
    if isinstance(value, list):
        return any(_holds_unknown(element) for element in value)
    return isinstance(value, str) and value in SENTINELS


def _add_name(
    token: str, name: str, checked: dict[str, Any], keys: frozenset[str], urn: str
) -> list[str]:
    naming = naming_of(token, checked, keys)
    if naming is None:
        return []
    try:
        checked[naming.key] = auto_name(token, name, naming, checked, urn)
    except CheckFailure:
        if token.split(":")[1] in _plugin_framework():
            return []  # the framework logs the error and leaves the name out
        raise
    return [naming.key]


def _write_document(token: str, checked: dict[str, Any]) -> None:
    key = _DOCUMENTS.get(token)
    given = checked.get(key) if key else None
    value = _opened(given)
    if key is None or not isinstance(value, dict) or SIGNATURE in value:
        return
    text = UNKNOWN_STRING if _holds_unknown(value) else _go_json(value)
    # A secret anywhere inside makes the whole text one.
    checked[key] = {SIGNATURE: SECRET, "value": text} if value != given else text


def _name_inline_policies(name: str, checked: dict[str, Any], urn: str) -> None:
    """Name the inline policies of a role, and drop those whose document is empty."""
    policies = checked.get("inlinePolicies")
    if not isinstance(policies, list):
        return
    kept = [one for one in policies if not (isinstance(one, dict) and one.get("policy") == "")]
    checked["inlinePolicies"] = [
        {**one, "name": auto_name(_ROLE, name, INLINE_POLICY, one, f"{urn or name}/{place}")}
        if isinstance(one, dict) and SIGNATURE not in one and one.get("name") is None
        else one
        for place, one in enumerate(kept)
    ]


def _go_json(value: Any) -> str:
    text = json.dumps(_numbers(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def _numbers(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _numbers(member) for key, member in value.items()}
    if isinstance(value, list):
        return [_numbers(element) for element in value]
    return whole(value) if isinstance(value, float) else value


def _add_defaults(checked: dict[str, Any], defaults: Mapping[str, Any]) -> list[str]:
    filled = []
    for key, default in defaults.items():
        if key.endswith("[]"):
            blocks = checked.get(key[:-2])
            if isinstance(blocks, list):
                checked[key[:-2]] = [_filled(block, default) for block in blocks]
        elif key not in checked:
            checked[key] = default
            filled.append(key)
    return filled


def _filled(block: Any, default: Mapping[str, Any]) -> Any:
    if not isinstance(block, dict) or SIGNATURE in block:
        return block
    added = {key: value for key, value in default.items() if block.get(key) is None}
    return {**block, **added, DEFAULTS: sorted(added)}


def _members(values: Mapping[str, Any], shapes: Mapping[str, Shape]) -> dict[str, Any]:
    """Return properties with the bookkeeping that the bridge leaves in every nested block.

    Plain maps, such as tags, have none.
    """
    return {key: _with_bookkeeping(value, shapes.get(key)) for key, value in values.items()}


def _with_bookkeeping(value: Any, known: Shape | None) -> Any:
    if known is None:
        return value
    if isinstance(value, list):
        return [_with_bookkeeping(element, known.item) for element in value]
    if known.kind != "object" or not isinstance(value, dict) or SIGNATURE in value:
        return value
    return {DEFAULTS: [], **_members(value, known.members)}
