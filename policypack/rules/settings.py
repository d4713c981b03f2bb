"""Settings and exemptions, from the ordinary policy configuration.

Each policy's configuration may hold, beside its own settings, `exemptions`; the policy
`preflight-settings` carries what all rules share.
"""

from __future__ import annotations

import difflib
import fnmatch
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from policypack.rules.registry import Registry
from policypack.rules.rule import Level, Rule

SHARED = "preflight-settings"
LEVELS = tuple(level.value for level in Level)

EXEMPTION_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["urn", "reason", "until"],
    "additionalProperties": False,
    "properties": {
        "urn": {"type": "string", "description": "URN of the resource; * stands for any text"},
        "reason": {"type": "string", "minLength": 1, "description": "why it is accepted"},
        "until": {"type": "string", "description": "last day, as YYYY-MM-DD"},
        "owner": {"type": "string", "description": "who answers for it, such as a team"},
        "row": {"type": "string", "description": "the single constraint of a policy of many"},
    },
}
EXEMPTIONS_SETTING: dict[str, Any] = {
    "type": "array",
    "description": "findings that are accepted: {urn, reason, until}",
    "items": EXEMPTION_SCHEMA,
    "default": [],
}
ENVIRONMENT = {"enum": ["production", "staging", "development", "unknown"]}
_TEXTS = {"type": "array", "items": {"type": "string"}}
SHARED_SCHEMA: dict[str, dict[str, Any]] = {
    "exemptions": {
        "type": "array",
        "description": "findings that are accepted: {rule, urn, reason, until}",
        "items": {
            **EXEMPTION_SCHEMA,
            "required": ["rule", "urn", "reason", "until"],
            "properties": {"rule": {"type": "string"}, **EXEMPTION_SCHEMA["properties"]},
        },
        "default": [],
    },
    "levels": {
        "type": "object",
        "description": "levels of single constraints: {'refused-by-lambda/ROW': 'advisory'}",
        "additionalProperties": {"enum": list(LEVELS)},
        "default": {},
    },
    "environments": {
        "type": "object",
        "description": "how the environment of a stack is told",
        "properties": {
            "stacks": {
                "type": "object",
                "additionalProperties": ENVIRONMENT,
                "description": "environments by ORGANIZATION/PROJECT/STACK or its end, with *",
            },
            "tagKeys": {**_TEXTS, "description": "tags that name the environment"},
            "configKeys": {**_TEXTS, "description": "keys of the project's configuration that do"},
            "productionTokens": {**_TEXTS, "description": "words that mean production"},
            "stagingTokens": {**_TEXTS, "description": "words that mean staging"},
            "developmentTokens": {**_TEXTS, "description": "words that mean development"},
            "default": {**ENVIRONMENT, "description": "what a stack is that nothing tells of"},
        },
        "default": {},
    },
    "requiredTags": {**_TEXTS, "description": "tags that every resource carries", "default": []},
    "trustedAccounts": {
        **_TEXTS,
        "description": "account ids that resources may be shared with",
        "default": [],
    },
}


class SettingsError(ValueError):
    """A policy configuration that cannot be taken as it is; the text says why."""


@dataclass(frozen=True)
class Exemption:
    """A finding that somebody accepts, with a reason and a last day."""

    rule: str
    urn: str
    reason: str
    until: date
    owner: str = ""
    row: str | None = None
    carrier: str = SHARED

    def matches(self, rule: str, urn: str, row: str | None) -> bool:
        """Whether the exemption speaks of this finding, expired or not."""
        wanted_row = self.row or self.rule.partition("/")[2] or None
        return (
            fnmatch.fnmatchcase(rule, self.rule.partition("/")[0])
            and (wanted_row is None or wanted_row == row)
            and fnmatch.fnmatchcase(urn, _without_brackets(self.urn))
        )


def _without_brackets(pattern: str) -> str:
    return pattern.replace("[", "[[]")


@dataclass
class Settings:
    """What a user set: levels, settings of rules, exemptions.

    `problems` are the mistakes that do not stop a preview, as (policy, text).
    """

    levels: dict[str, Level] = field(default_factory=dict)
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)
    exemptions: list[Exemption] = field(default_factory=list)
    problems: list[tuple[str, str]] = field(default_factory=list)

    def level(
        self, rule: Rule, finding_level: Level | None = None, row: str | None = None
    ) -> Level:
        """Return the level of a finding: what the user set, else its own, else its rule's.

        A user's level for the rule can only be weakened by a finding's own.
        """
        if row is not None and (own := self.levels.get(f"{rule.id}/{row}")):
            return own
        level = self.levels.get(rule.id, rule.level)
        if level is Level.MANDATORY and finding_level is Level.ADVISORY:
            return Level.ADVISORY
        return level

    def of(self, rule: Rule) -> dict[str, Any]:
        """Return a rule's settings with its defaults filled in."""
        return {**rule.defaults, **self.values.get(rule.id, {})}


def read(config: Mapping[str, Any], registry: Registry, *, lenient: bool = False) -> Settings:
    """Read a policy configuration as `--policy-pack-config` takes it.

    Args:
        config: by policy name a level, or an object of settings with `enforcementLevel`.
        registry: the rules that there are.
        lenient: collect mistakes in `problems` instead of raising.

    Raises:
        SettingsError: a name, a level, a setting or an exemption is wrong.
    """
    settings = Settings()
    every = config.get("all")
    if every is not None:
        level = _level(
            "all", every.get("enforcementLevel") if isinstance(every, Mapping) else every
        )
        settings.levels.update({rule.id: level for rule in registry.rules})
    for name, entry in config.items():
        if name in ("all", "environments"):
            continue
        try:
            _read_entry(settings, registry, name, entry)
        except SettingsError as error:
            if not lenient:
                raise
            settings.problems.append((name if name in registry.by_id else SHARED, str(error)))
    return settings


def _read_entry(settings: Settings, registry: Registry, name: str, entry: Any) -> None:
    known = [*registry.by_id, SHARED]
    if name not in known:
        raise SettingsError(f'there is no policy "{name}"{_near(name, known)}')
    values = dict(entry) if isinstance(entry, Mapping) else {"enforcementLevel": entry}
    if (level := values.pop("enforcementLevel", None)) is not None:
        settings.levels[name] = _level(name, level)
    schema = SHARED_SCHEMA if name == SHARED else schema_of(registry.by_id[name])
    _check_values(name, values, schema)
    exemptions = values.pop("exemptions", None) or []
    for place, raw in enumerate(exemptions):
        where = f'"{name}", exemption {place + 1}'
        settings.exemptions.append(_exemption(raw, name, where, registry))
    if name != SHARED:
        settings.values[name] = values
        return
    settings.shared.update(values)
    rows = values.get("levels") or {}
    settings.levels.update({row: _level(row, level) for row, level in rows.items()})


def _check_values(
    name: str, values: Mapping[str, Any], schema: Mapping[str, Mapping[str, Any]]
) -> None:
    for key, value in values.items():
        if key not in schema:
            raise SettingsError(f'"{name}" has no setting "{key}"{_near(key, schema)}')
        if (wrong := fault(value, schema[key])) is not None:
            raise SettingsError(f'"{name}", setting "{key}": {wrong}')


def schema_of(rule: Rule) -> dict[str, Mapping[str, Any]]:
    """Return the JSON Schema of each setting that a rule takes, `exemptions` among them."""
    return {**rule.settings, "exemptions": EXEMPTIONS_SETTING}


def _level(name: str, value: Any) -> Level:
    if value not in LEVELS:
        raise SettingsError(f'"{name}": "{value}" is no enforcement level ({", ".join(LEVELS)})')
    return Level(value)


def _exemption(raw: Mapping[str, Any], name: str, where: str, registry: Registry) -> Exemption:
    rule = raw.get("rule", name)
    if rule.partition("/")[0] not in registry.by_id and "*" not in rule:
        raise SettingsError(f'{where}: there is no policy "{rule}"{_near(rule, registry.by_id)}')
    try:
        until = date.fromisoformat(raw["until"])
    except ValueError:
        raise SettingsError(f'{where}: "{raw["until"]}" is no date (YYYY-MM-DD)') from None
    return Exemption(
        rule, raw["urn"], raw["reason"], until, raw.get("owner", ""), raw.get("row"), name
    )


def _near(name: str, names: Iterable[str]) -> str:
    found = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f'; did you mean "{found[0]}"?' if found else ""


_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


def fault(value: Any, schema: Mapping[str, Any]) -> str | None:
    """Say what is wrong with a setting, or None; the part of JSON Schema that settings use."""
    kind = schema.get("type")
    if kind and (
        not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind != "boolean")
    ):
        return f"expected {kind}, got {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        return f"{value!r} is none of {', '.join(map(str, schema['enum']))}"
    return _fault_of_size(value, schema) or _fault_inside(value, schema)


def _fault_of_size(value: Any, schema: Mapping[str, Any]) -> str | None:
    if "minimum" in schema and value < schema["minimum"]:
        return f"{value} is less than {schema['minimum']}"
    if "maximum" in schema and value > schema["maximum"]:
        return f"{value} is more than {schema['maximum']}"
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        return "the text is empty"
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return f"{value!r} does not match {schema['pattern']}"
    return None


def _fault_inside(value: Any, schema: Mapping[str, Any]) -> str | None:
    if isinstance(value, list) and "items" in schema:
        wrongs = (
            f"[{i}] {wrong}"
            for i, one in enumerate(value)
            if (wrong := fault(one, schema["items"]))
        )
        return next(wrongs, None)
    if not isinstance(value, dict):
        return None
    for key in schema.get("required", ()):
        if key not in value:
            return f'"{key}" is missing'
    properties = schema.get("properties", {})
    rest = schema.get("additionalProperties", True)
    for key, member in value.items():
        inner = properties.get(key, rest)
        if inner is False:
            return f'"{key}" is not known{_near(key, properties)}'
        if isinstance(inner, Mapping) and (wrong := fault(member, inner)):
            return f'"{key}": {wrong}'
    return None
