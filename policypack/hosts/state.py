"""An exported stack, as `pulumi stack export` writes it, as a plan: everything in it is known."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from policypack.plan.resource import Options, Provider, Resource
from policypack.plan.stack import Stack, StackContext
from policypack.plan.wire import SECRET, SIGNATURE, decode_json


class StateError(ValueError):
    """A text that is no export of a stack; the message says why."""


def read_state(text: str) -> Stack:
    """Return the plan of an exported stack; what is to be deleted is left out.

    Raises:
        StateError: the text is no export.
    """
    try:
        return _stack(json.loads(text, object_hook=_opened))
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise StateError("this is not what `pulumi stack export` writes") from None


def _stack(exported: Any) -> Stack:
    resources = exported["deployment"].get("resources") or []
    # What is external was read, not made, by the program.
    rows = [row for row in resources if not row.get("delete") and not row.get("external")]
    urn = rows[0]["urn"].split("::") if rows else ["urn:pulumi:", ""]
    context = StackContext(stack=urn[0].rpartition(":")[2], project=urn[1], preview=False)
    providers = {row["urn"]: _provider(row) for row in rows if _is_provider(row)}
    return Stack([_resource(row, providers) for row in rows], context)


def _opened(value: dict[str, Any]) -> dict[str, Any]:
    """Give a secret that `--show-secrets` exported the form that it has elsewhere."""
    if value.get(SIGNATURE) != SECRET or not isinstance(value.get("plaintext"), str):
        return value
    return {SIGNATURE: SECRET, "value": json.loads(value["plaintext"])}


def _is_provider(row: Mapping[str, Any]) -> bool:
    return str(row.get("type", "")).startswith("pulumi:providers:")


def _provider(row: Mapping[str, Any]) -> Provider:
    name = row["urn"].rpartition("::")[2]
    return Provider(row["urn"], row["type"], name, decode_json(row.get("inputs") or {}).values)


def _resource(row: Mapping[str, Any], providers: Mapping[str, Provider]) -> Resource:
    outputs = decode_json(row.get("outputs") or {}).values
    if row.get("id"):
        outputs["id"] = row["id"]
    dependencies = row.get("propertyDependencies") or {}
    return Resource(
        row["urn"],
        row.get("type", ""),
        decode_json(row.get("inputs") or row.get("outputs") or {}),
        outputs=outputs,
        options=Options(
            protect=bool(row.get("protect")),
            ignore_changes=tuple(row.get("ignoreChanges") or ()),
        ),
        provider=providers.get(str(row.get("provider", "")).rpartition("::")[0]),
        parent=row.get("parent", ""),
        dependencies=tuple(row.get("dependencies") or ()),
        property_dependencies={key: tuple(urns or ()) for key, urns in dependencies.items()},
    )
