"""The environment of a stack: production, staging, development or unknown, with the evidence."""

from __future__ import annotations

import fnmatch
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from policypack.plan.stack import Stack

PRODUCTION, STAGING, DEVELOPMENT, UNKNOWN = "production", "staging", "development", "unknown"
TOKENS: dict[str, tuple[str, ...]] = {
    PRODUCTION: ("prod", "production", "prd", "live"),
    STAGING: ("staging", "stage", "stg", "preprod", "pre", "uat", "qa", "nonprod", "perf", "beta"),
    DEVELOPMENT: (
        *("dev", "develop", "development", "test", "testing", "tst", "sandbox", "sbx", "demo"),
        *("ci", "local", "preview", "review", "ephemeral", "feature", "playground", "tmp"),
    ),
}
_SETTING = {
    PRODUCTION: "productionTokens",
    STAGING: "stagingTokens",
    DEVELOPMENT: "developmentTokens",
}
_TAG_KEYS = ("environment", "env", "stage", "tier")
_CONFIG_KEYS = ("environment", "env", "stage")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*|\d+")
_PULL_REQUEST = re.compile(r"pr\d+")


@dataclass(frozen=True)
class Environment:
    """What a stack is for, and how that is known: "the stack is named shop-prod"."""

    name: str
    evidence: str = ""

    @property
    def is_production(self) -> bool:
        """Whether the rules for production hold; an unknown environment is not production."""
        return self.name == PRODUCTION


def environment(stack: Stack) -> Environment:
    """Return the environment of a stack; the first source that decides wins.

    The pack's settings, the stack's tags, its configuration, the providers' default tags, the
    stack's name, the project's name, the settings' default.
    """
    settings = stack.shared.get("environments") or {}
    for text, evidence in _sources(stack, settings):
        if name := told(text, settings):
            return Environment(name, evidence)
    return Environment(settings.get("default", UNKNOWN))


def _sources(stack: Stack, settings: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    context = stack.context
    full = "/".join(part for part in (context.organization, context.project, context.stack) if part)
    for pattern, name in (settings.get("stacks") or {}).items():
        parts = full.split("/")
        candidates = ["/".join(parts[start:]) for start in range(len(parts))]
        if any(fnmatch.fnmatchcase(one, pattern) for one in candidates):
            yield name, f"the pack's settings say so of {pattern}"
    yield from _tagged(context.tags, settings, "the stack's tag")
    for key in settings.get("configKeys") or _CONFIG_KEYS:
        if value := context.config.get(f"{context.project}:{key}"):
            yield value, f"the configuration {context.project}:{key} says so"
    yield from _tagged(_default_tags(stack), settings, "the providers' default tag")
    yield context.stack, f"the stack is named {context.stack}"
    yield context.project, f"the project is named {context.project}"


def _tagged(
    tags: Mapping[str, Any], settings: Mapping[str, Any], what: str
) -> Iterator[tuple[str, str]]:
    lower = {key.lower(): value for key, value in tags.items()}
    for key in settings.get("tagKeys") or _TAG_KEYS:
        if isinstance(value := lower.get(key.lower()), str):
            yield value, f"{what} {key} is {value}"


def _default_tags(stack: Stack) -> Mapping[str, Any]:
    """Return the default tags on which all AWS providers of the stack agree."""
    providers = {one.provider.urn: one.provider for one in stack if one.provider}
    found = [
        given.get("tags") or {}
        for provider in providers.values()
        if provider.type == "pulumi:providers:aws"
        and isinstance(given := provider.get("defaultTags") or {}, Mapping)
    ]
    if not found:
        return {}
    return {k: v for k, v in found[0].items() if all(one.get(k) == v for one in found)}


def told(text: str, settings: Mapping[str, Any]) -> str | None:
    """Return the environment that the words of a text name, the least strict of several."""
    words = _words(text)
    for name in (DEVELOPMENT, STAGING, PRODUCTION):
        tokens = settings.get(_SETTING[name]) or TOKENS[name]
        if words & set(tokens) or (name == DEVELOPMENT and any(map(_PULL_REQUEST.match, words))):
            return name
    return None


def _words(text: str) -> set[str]:
    words = [word.lower() for word in _WORDS.findall(text)]
    # "non-prod" and "pre-prod" are words of their own.
    return {*words, *_joined(words)}


def _joined(words: list[str]) -> Iterable[str]:
    return (first + second for first, second in itertools.pairwise(words))
