"""Property values of the analyzer protocol -> Python values, in one walk.

The signatures and sentinels are those of pulumi's `sdk/go/common/resource` (`sig`, `plugin`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from policypack.plan.values import UNKNOWN, Asset, Path

SIGNATURE = "4dabf18193072939515e22adb298388d"
SECRET = "1b47061264138c4ac30d75fd1eb44270"
ASSET = "c44067f5952c0a294b673a41bacd8c17"
ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7"
RESOURCE_REFERENCE = "5cf8f73096256a8f31e491e813e4eb8e"
OUTPUT_VALUE = "d0e6a833031e9bbcd3f4e8bde6ca49a4"

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SENTINELS = frozenset(
    {
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
        UNKNOWN_STRING,
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
        "030794c1-ac77-496b-92df-f27374a8bd58",
        "e48ece36-62e2-4504-bad9-02848725956a",
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
    }
)
DEFAULTS = "__defaults"


@dataclass
class Decoded:
    """A property bag: its values, where the secret ones stand, what the provider filled in."""

    values: dict[str, Any] = field(default_factory=dict)
    secrets: set[Path] = field(default_factory=set)
    defaults: frozenset[str] = frozenset()


def decode(struct: Any) -> Decoded:
    """Decode a protobuf `Struct` of properties.

    Whole numbers become `int`, the unknown sentinels `UNKNOWN`, secrets their plain value (their
    path is kept), assets `Asset`. Keys that begin with two underscores are dropped at any depth;
    of the top level's `__defaults` the names are kept.
    """
    decoded = Decoded(defaults=provider_defaults(struct))
    decoded.values = _members(struct.fields, (), decoded.secrets)
    return decoded


def provider_defaults(struct: Any) -> frozenset[str]:
    """Return the names of the properties that the provider's Check filled in.

    They are there in a Remediate request alone.
    """
    named = struct.fields.get(DEFAULTS)
    if named is None:
        return frozenset()
    return frozenset(value.string_value for value in named.list_value.values)


def _members(fields: Any, at: Path, secrets: set[Path]) -> dict[str, Any]:
    return {
        key: _value(value, (*at, key), secrets)
        for key, value in fields.items()
        if not key.startswith("__")
    }


def _value(value: Any, at: Path, secrets: set[Path]) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        text = value.string_value
        return UNKNOWN if text in SENTINELS else text
    if kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE in fields:
            return _signed(fields, at, secrets)
        return _members(fields, at, secrets)
    if kind == "list_value":
        elements = value.list_value.values
        return [_value(element, (*at, i), secrets) for i, element in enumerate(elements)]
    if kind == "number_value":
        return whole(value.number_value)
    return value.bool_value if kind == "bool_value" else None


def _signed(fields: Any, at: Path, secrets: set[Path]) -> Any:
    signature = fields[SIGNATURE].string_value
    if signature == SECRET:
        secrets.add(at)
        return _value(fields["value"], at, secrets) if "value" in fields else UNKNOWN
    if signature == OUTPUT_VALUE:
        if "secret" in fields and fields["secret"].bool_value:
            secrets.add(at)
        return _value(fields["value"], at, secrets) if "value" in fields else UNKNOWN
    texts = {key: fields[key].string_value for key in fields if key != SIGNATURE}
    return _special(signature, texts)


class Outputs(Mapping[str, Any]):
    """Planned outputs, decoded one by one when asked for: few of hundreds ever are."""

    def __init__(self, struct: Any) -> None:
        self._fields = struct.fields
        self._decoded: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self._decoded:
            if key not in self._fields:
                raise KeyError(key)
            self._decoded[key] = _value(self._fields[key], (key,), set())
        return self._decoded[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._fields)

    def __len__(self) -> int:
        return len(self._fields)


def decode_json(bag: Mapping[str, Any]) -> Decoded:
    """Decode a property bag in its JSON form, as a stack export holds it."""
    decoded = Decoded()
    named = bag.get(DEFAULTS)
    if isinstance(named, list):
        decoded.defaults = frozenset(name for name in named if isinstance(name, str))
    decoded.values = {
        key: _json_value(value, (key,), decoded.secrets)
        for key, value in bag.items()
        if not key.startswith("__")
    }
    return decoded


def _json_value(value: Any, at: Path, secrets: set[Path]) -> Any:
    if isinstance(value, str):
        return UNKNOWN if value in SENTINELS else value
    if isinstance(value, float):
        return whole(value)
    if isinstance(value, list):
        return [_json_value(element, (*at, i), secrets) for i, element in enumerate(value)]
    if not isinstance(value, Mapping):
        return value
    if SIGNATURE in value:
        return _json_signed(value, at, secrets)
    return {
        key: _json_value(member, (*at, key), secrets)
        for key, member in value.items()
        if not key.startswith("__")
    }


def _json_signed(value: Mapping[str, Any], at: Path, secrets: set[Path]) -> Any:
    signature = value[SIGNATURE]
    if signature in (SECRET, OUTPUT_VALUE):
        if signature == SECRET or value.get("secret"):
            secrets.add(at)
        # An export without the passphrase holds only the ciphertext.
        return _json_value(value["value"], at, secrets) if "value" in value else UNKNOWN
    return _special(signature, {key: text for key, text in value.items() if isinstance(text, str)})


def _special(signature: str, texts: Mapping[str, str]) -> Any:
    if signature == ASSET:
        return Asset("asset", texts.get("path") or texts.get("uri") or "")
    if signature == ARCHIVE:
        return Asset("archive", texts.get("path") or texts.get("uri") or "")
    if signature == RESOURCE_REFERENCE:
        return texts.get("id") or texts.get("urn") or UNKNOWN
    return UNKNOWN


def whole(number: float) -> float | int:
    """Return an `int` where a number is whole: the protocol knows floats alone."""
    return int(number) if number.is_integer() else number
