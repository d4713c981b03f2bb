"""Input values that AWS or the provider refuses for what they are."""

from __future__ import annotations

import json
from typing import Any

from policies import pack
from policypack import Findings, Level, Resource, Severity, relational_rule, resource_rule
from policypack.aws.arn_properties import ARN, must_be_arn, services_of
from policypack.aws.conditions import CONDITIONAL_TYPES, RELATED_TYPES, unmet, unmet_together
from policypack.aws.input_faults import (
    ENUM,
    LENGTH,
    NUMBER,
    PATTERN,
    SIZE,
    Place,
    faults,
    generic_path,
    holds_output_as_text,
    places,
)
from policypack.aws.json_documents import ARRAY, DOCUMENTS
from policypack.aws.words import quoted
from policypack.plan.values import Asset, Path, format_path

_API_ERRORS = "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/CommonErrors.html"
_OUTPUTS = "https://www.pulumi.com/docs/iac/concepts/inputs-outputs/"
_ARNS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"


def _breaks(resource: Resource, facet: str, *, certain: bool) -> Findings:
    for fault in faults(resource):
        if (
            fault.facet == facet
            and fault.certain is certain
            and not _is_owned(resource, fault.path)
        ):
            yield resource.finding(fault.path, fault.text, url=fault.url)


def _is_owned(resource: Resource, path: str) -> bool:
    return f"{resource.type}#{generic_path(path)}" in pack().owned


@resource_rule(
    on="*",
    level=Level.MANDATORY,
    severity=Severity.CRITICAL,
    source=_OUTPUTS,
)
def pulumi_output_stringified(resource: Resource) -> Findings:
    """No text holds the warning that Pulumi puts in the place of an output made into text.

    Why: an output was formatted as text (f-string, template literal), so the value is an English
    warning and AWS would get it as a name, an ARN or a document.
    Fix: build the text with `pulumi.Output.concat`, `pulumi.Output.format`,
    `pulumi.Output.json_dumps` or `.apply`.
    """
    found: list[Path] = []
    _find_outputs(resource.tree, (), found)
    for path in found:
        yield resource.finding(format_path(path), "the text holds an output that is not resolved")


def _find_outputs(tree: Any, at: Path, found: list[Path]) -> None:
    if isinstance(tree, str):
        if holds_output_as_text(tree):
            found.append(at)
    elif isinstance(tree, list):
        for index, element in enumerate(tree):
            _find_outputs(element, (*at, index), found)
    elif isinstance(tree, dict):
        for key, value in tree.items():
            if holds_output_as_text(key):
                found.append(at)
            _find_outputs(value, (*at, key), found)


@resource_rule(
    on=tuple(DOCUMENTS),
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="MalformedPolicyDocument, InvalidParameterValue or ValidationException: not valid JSON",
    source="https://www.pulumi.com/docs/iac/concepts/inputs-outputs/apply/#convert-input-to-json",
)
def json_document_malformed(resource: Resource) -> Findings:
    """A property that takes a JSON document holds JSON with the right thing at its top.

    Why: AWS parses the document when the resource is created and refuses the call.
    Fix: pass `json.dumps({...})`, or `pulumi.Output.json_dumps({...})` where outputs are in it.
    """
    documents = DOCUMENTS[resource.type]
    for place in places(resource):
        top = documents.get(place.generic)
        if top and isinstance(place.value, str) and place.value.strip():
            if holds_output_as_text(place.value):
                continue
            if told := _malformed(place.value, top):
                yield resource.finding(place.path, told)


def _malformed(text: str, top: str) -> str | None:
    try:
        document = json.loads(text)
    except ValueError as error:
        where = f" at character {error.pos + 1}" if isinstance(error, json.JSONDecodeError) else ""
        python = "; it looks like Python's own notation" if _is_python(text) else ""
        return f"the text stops being JSON{where}{python}"
    except RecursionError:
        return None
    wanted, name = (list, "a list") if top == ARRAY else (dict, "an object")
    return None if isinstance(document, wanted) else f"the document is not {name} at its top"


def _is_python(text: str) -> bool:
    return text.lstrip()[:2] in {"{'", "['"} or text.lstrip()[:3] == "[{'"


@resource_rule(
    on="*",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="ValidationException: Member must satisfy enum value set",
    source=_API_ERRORS,
    tags=("generic",),
)
def value_not_in_enum(resource: Resource) -> Findings:
    """A value is a member of the enumeration that two sources of AWS agree on.

    Why: the service refuses any other value.
    Fix: use one of the values that the finding names.
    """
    yield from _breaks(resource, ENUM, certain=True)


@resource_rule(
    on="*",
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    source=_API_ERRORS,
    tags=("generic",),
)
def value_not_in_known_enum(resource: Resource) -> Findings:
    """A value is a member of an enumeration that one source has, or that AWS extends.

    Why: the value is not known, which may be a slip, or newer than the catalog.
    Fix: compare the value with AWS's documentation of the property.
    """
    yield from _breaks(resource, ENUM, certain=False)


@resource_rule(
    on="*",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="ValidationException: Member must have value within the range of the parameter",
    source=_API_ERRORS,
    tags=("generic",),
)
def number_out_of_range(resource: Resource) -> Findings:
    """A number lies in the range that two sources of AWS agree on.

    Why: the service refuses any other number.
    Fix: choose a number within the range that the finding names.
    """
    yield from _breaks(resource, NUMBER, certain=True)


@resource_rule(
    on="*",
    level=Level.ADVISORY,
    severity=Severity.MEDIUM,
    source=_API_ERRORS,
    tags=("generic",),
)
def number_out_of_known_range(resource: Resource) -> Findings:
    """A number lies in the range that one source of AWS gives.

    Why: the service may refuse the number.
    Fix: compare the number with AWS's documentation of the property.
    """
    yield from _breaks(resource, NUMBER, certain=False)


@resource_rule(
    on="*",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    error="ValidationException: Member must have length within the bounds of the parameter",
    source=_API_ERRORS,
    tags=("generic",),
)
def string_length_out_of_range(resource: Resource) -> Findings:
    """A text has a length within the bounds that two sources of AWS agree on.

    Why: the service refuses longer or shorter texts.
    Fix: bring the text within the bounds that the finding names.
    """
    yield from _breaks(resource, LENGTH, certain=True)


@resource_rule(
    on="*",
    level=Level.ADVISORY,
    severity=Severity.LOW,
    source=_API_ERRORS,
    tags=("generic",),
)
def string_length_out_of_known_range(resource: Resource) -> Findings:
    """A text has a length within the bounds that one source of AWS gives.

    Why: the service may refuse the text.
    Fix: compare the length with AWS's documentation of the property.
    """
    yield from _breaks(resource, LENGTH, certain=False)


@resource_rule(
    on="*",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    error="ValidationException: Member must satisfy regular expression pattern",
    source=_API_ERRORS,
    tags=("generic",),
)
def value_does_not_match_pattern(resource: Resource) -> Findings:
    """A text has the form that two sources of AWS agree on.

    Why: the service refuses texts of another form.
    Fix: give the text the form that the finding names.
    """
    yield from _breaks(resource, PATTERN, certain=True)


@resource_rule(
    on="*",
    level=Level.ADVISORY,
    severity=Severity.LOW,
    source=_API_ERRORS,
    tags=("generic",),
)
def value_does_not_match_known_pattern(resource: Resource) -> Findings:
    """A text has the form that one source of AWS gives.

    Why: the service may refuse the text.
    Fix: compare the text with AWS's documentation of the property.
    """
    yield from _breaks(resource, PATTERN, certain=False)


@resource_rule(
    on="*",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    error="ValidationException: Member must have length within the bounds of the list",
    source=_API_ERRORS,
    tags=("generic",),
)
def list_size_out_of_range(resource: Resource) -> Findings:
    """A list has as many elements as two sources of AWS allow.

    Why: the service refuses longer or shorter lists.
    Fix: split the resource, or leave elements out.
    """
    yield from _breaks(resource, SIZE, certain=True)


@resource_rule(
    on="*",
    level=Level.ADVISORY,
    severity=Severity.LOW,
    source=_API_ERRORS,
    tags=("generic",),
)
def list_size_out_of_known_range(resource: Resource) -> Findings:
    """A list has as many elements as one source of AWS allows.

    Why: the service may refuse the list.
    Fix: compare the number of elements with AWS's documentation of the property.
    """
    yield from _breaks(resource, SIZE, certain=False)


@resource_rule(
    on="*",
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    error="ValidationException: the ARN is not valid",
    source=_ARNS,
    tags=("generic",),
)
def arn_malformed_or_wrong_service(resource: Resource) -> Findings:
    """A property that takes an ARN holds one, of a service that fits.

    Why: AWS refuses a name, an id or the ARN of something else there.
    Fix: pass the `.arn` of the resource that is meant, not its `.name` or `.id`.
    """
    told = {fault.path for fault in faults(resource) if fault.certain}
    for place in places(resource):
        if not isinstance(place.value, str):
            continue
        services = services_of(resource.type, place.generic)
        if services and place.path not in told:
            text = _wrong_arn(resource, place, services)
            if text and not _is_owned(resource, place.path):
                yield resource.finding(place.path, text)


def _wrong_arn(resource: Resource, place: Place, services: frozenset[str]) -> str | None:
    value: str = place.value
    if value in {"", "*"} or holds_output_as_text(value):
        return None
    shown = "the secret value" if resource.is_secret(place.steps) else quoted(value)
    if not ARN.match(value):
        strict = must_be_arn(resource.type, place.generic) or value.startswith("arn:")
        return f"{shown} is not an ARN" if strict else None
    service = value.split(":")[2]
    if service in services:
        return None
    return f"{shown} is an ARN of {service}, not of {' or '.join(sorted(services))}"


_WORDS = {
    "string": "a text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "list": "a list",
    "map": "a map",
    "object": "an object",
}
_ANYTHING = frozenset({"any", "json", "asset"})
_SCALARS = frozenset({"string", "integer", "number", "boolean"})


@resource_rule(
    on="*",
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    source="https://www.pulumi.com/registry/packages/aws/api-docs/",
)
def property_wrong_type(resource: Resource) -> Findings:
    """A property holds a list, a map or a single value as the provider wants it.

    Why: the provider cannot convert the value, and the deployment stops there.
    Fix: give the value the shape that the finding names.
    """
    wrong: list[tuple[str | int, ...]] = []
    for place in places(resource):
        text = _wrong_type(place)
        if text and not any(place.steps[: len(steps)] == steps for steps in wrong):
            wrong.append(place.steps)
            yield resource.finding(place.path, text)


def _wrong_type(place: Place) -> str | None:
    kind = place.shape.kind if place.shape else "any"
    if kind in _ANYTHING:
        return None
    value, given = place.value, _given(place.value)
    if given is None:
        return None
    scalar = given == "single value"
    # The provider takes a list of one for what it wants, and an object for a list of one.
    unwrapped = isinstance(value, list) and len(value) <= 1
    wrong = (
        (kind == "list" and scalar)
        or (kind in {"map", "object"} and (scalar or (given == "list" and not unwrapped)))
        or (kind in _SCALARS and (given == "map" or (given == "list" and not unwrapped)))
    )
    return f"the value is a {given} where {_WORDS[kind]} is wanted" if wrong else None


def _given(value: Any) -> str | None:
    if value in ("", [], {}) or isinstance(value, Asset):
        return None
    if isinstance(value, list):
        return "list"
    return "map" if isinstance(value, dict) else "single value"


@resource_rule(
    on=CONDITIONAL_TYPES,
    level=Level.MANDATORY,
    severity=Severity.MEDIUM,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html",
)
def conditional_requirement_broken(resource: Resource) -> Findings:
    """Properties that need or exclude one another are set as CloudFormation knows them to be.

    Why: AWS refuses some combinations of values, each of which is right by itself.
    Fix: add or leave out the property that the finding names.
    """
    for hit in unmet(resource.type, resource.tree):
        if not _is_owned(resource, hit.path):
            text = hit.text(secret=resource.is_secret(hit.steps))
            yield resource.finding(hit.path, text, **hit.row.detail)


@relational_rule(
    on=RELATED_TYPES,
    level=Level.MANDATORY,
    severity=Severity.HIGH,
    source="https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/introduction.html",
)
def related_requirement_broken(resource: Resource) -> Findings:
    """A new resource and those that it names are set as each demands of the other.

    Why: AWS looks at both when the second one is created, and refuses the pair.
    Fix: change the one or the other as the finding says.
    """
    for row, text in unmet_together(resource):
        if not _is_owned(resource, row.at):
            yield resource.finding(row.at, text, **row.detail)
