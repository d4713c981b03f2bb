"""`python -m policypack explain TYPE [PROPERTY]`, `explain RULE`: what the pack knows."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator, Sequence

from policypack.aws.book import rows
from policypack.aws.catalog import constraints as catalog
from policypack.aws.catalog.loader import CatalogError, generated_on
from policypack.plan.normalise import canonical_type
from policypack.rules.registry import Registry
from policypack.rules.rule import ANY_TYPE, Rule

FOUND, UNKNOWN_NAME = 0, 2
MOST_VALUES = 40
NAMES = {
    "enum": "values",
    "minimum": "at least",
    "maximum": "at most",
    "min_length": "characters, at least",
    "max_length": "characters, at most",
    "min_items": "elements, at least",
    "max_items": "elements, at most",
    "patterns": "pattern",
}
GENERIC_RULES = {
    "enum": "value-not-in",
    "minimum": "number-",
    "maximum": "number-",
    "min_length": "string-length-",
    "max_length": "string-length-",
    "min_items": "list-size-",
    "max_items": "list-size-",
    "patterns": "value-does-not-match-",
}


class NotKnownError(ValueError):
    """A name that is not known; the text is one sentence, with near names."""


def main(argv: Sequence[str], registry: Registry | None = None) -> int:
    """Explain a type, a property of it, or a rule.

    Returns:
        0, or 2 when the name is not known or the catalog cannot be read.
    """
    arguments = parser().parse_args(argv)
    try:
        lines = explain(arguments.subject, arguments.property, registry or Registry(()))
    except (NotKnownError, CatalogError) as error:
        print(f"policypack: {error}", file=sys.stderr)
        return UNKNOWN_NAME
    print("\n".join(lines))
    return FOUND


def parser() -> argparse.ArgumentParser:
    """The arguments of the command."""
    made = argparse.ArgumentParser(
        prog="python -m policypack explain",
        description="Say what is known of a resource type, of one property, or of a rule.",
    )
    made.add_argument(
        "subject", metavar="TYPE|RULE", help="aws:lambda/function:Function, or a rule"
    )
    made.add_argument("property", nargs="?", metavar="PROPERTY", help="timeout, ingress[].protocol")
    return made


def explain(subject: str, path: str | None, registry: Registry) -> list[str]:
    """The lines about a subject. Raises NotKnownError, CatalogError."""
    if path is None and subject in registry.by_id:
        return list(about_rule(registry.by_id[subject]))
    token = known_type(subject, registry)
    if path is None:
        return list(about_type(token, registry))
    return list(about_property(token, known_path(token, path), registry))


def known_type(subject: str, registry: Registry) -> str:
    """The canonical token of a type. Raises NotKnownError."""
    token = canonical_type(subject)
    types = catalog.known_types()
    if token in types:
        return token
    names = types if ":" in subject else [*types, *registry.by_id]
    raise NotKnownError(f"nothing is known of {subject}{suggestion(subject, names)}")


def known_path(token: str, path: str) -> str:
    """The wire path that a person means: in either spelling, `[]` left out or not."""
    paths = catalog.paths(token)
    generic = catalog.generic_path(path)
    if generic in paths:
        return generic
    wanted = plain(generic)
    for one in paths:
        if plain(one) == wanted:
            return one
    raise NotKnownError(f"{token} has no input {path}{suggestion(path, paths)}")


def plain(path: str) -> str:
    """A path without what spellings differ in: `ingress[].from_port` -> `ingress.fromport`."""
    return path.replace("[]", "").replace("_", "").casefold()


def suggestion(name: str, names: Iterable[str]) -> str:
    """Near names as the end of a sentence."""
    close = catalog.near(name, names)
    return f"; near names: {', '.join(close)}" if close else ""


def about_type(token: str, registry: Registry) -> Iterator[str]:
    """What is known of a type."""
    yield token
    yield from provenance(token)
    known = catalog.constraints(token)
    yield f"Constrained properties: {len(known)}"
    for path, limit in known.items():
        yield f"  {path}: {'; '.join(facet(limit, name) for name in limit.facets)}"
    yield from watched(rules_of(registry, token))


def about_property(token: str, path: str, registry: Registry) -> Iterator[str]:
    """What is known of one property."""
    kind = catalog.shape_at(token, path)
    yield f"{token} {path}"
    yield f"In Python: {'.'.join(python_names(token, path))}"
    yield f"Holds: {kind_words(kind)}"
    limit = catalog.constraint(token, path)
    yield from provenance(token)
    if limit is None:
        yield "No constraint is known."
    else:
        yield from about_constraint(limit)
    yield from about_rows(token, path)
    yield from watched(rules_of(registry, token, path))


def about_constraint(limit: catalog.Constraint) -> Iterator[str]:
    """The facets of a constraint with their sources."""
    for name in limit.facets:
        witnesses = " and ".join(catalog.SOURCE_NAMES[letter] for letter in limit.sources[name])
        growing = name == "enum" and limit.growing
        sure = "certain" if limit.certain(name) and not growing else "advisory"
        yield f"{facet(limit, name)}  [{sure}: {witnesses}]"
    if limit.growing:
        yield "AWS extends this list: a value that is not in it may be newer than the catalog."
    if limit.defaults:
        yield f"Documented default: {', '.join(limit.defaults)}"
    if limit.url:
        yield f"Page: {limit.url}"


def facet(limit: catalog.Constraint, name: str) -> str:
    """One facet as text."""
    value = getattr(limit, name)
    if not isinstance(value, tuple):
        return f"{NAMES[name]}: {value:,}"
    shown = ", ".join(value[:MOST_VALUES]) if name == "enum" else " or ".join(value)
    more = f", and {len(value) - MOST_VALUES} more" if name == "enum" and len(value) > 40 else ""
    return f"{NAMES[name]}: {shown}{more}"


def provenance(token: str) -> Iterator[str]:
    """Where the facts of a type were read, and up to which day they hold."""
    read = ", ".join(catalog.origins(token).values())
    yield f"Read from: {read or 'the provider SDK alone'}; as of {generated_on(catalog.TABLE)}"


def python_names(token: str, path: str) -> list[str]:
    """The names of a path as a Python program spells them."""
    names = []
    for step in path.split("."):
        bare = step.replace("[]", "")
        names.append(catalog.python_name(token, bare) + step[len(bare) :])
    return names


def kind_words(kind: catalog.Shape | None) -> str:
    """A shape in words: `a list of objects`."""
    words = {
        "string": "text",
        "integer": "a whole number",
        "number": "a number",
        "boolean": "true or false",
        "asset": "an asset",
        "json": "a JSON document",
        "object": "an object",
    }
    if kind is None:
        return "anything"
    if kind.kind in {"list", "map"} and kind.item:
        return f"a {kind.kind} of: {kind_words(kind.item)}"
    return words.get(kind.kind, "anything")


def rules_of(registry: Registry, token: str, path: str = "") -> list[Rule]:
    """The rules that run on a type; with a path, those that name or own the property, then the
    generic ones that have a constraint to go by.
    """
    found = [rule for rule in registry.rules if token in rule.on]
    if not path:
        return found
    last = path.rpartition(".")[2].removesuffix("[]")
    texts = {rule.id: f"{rule.text.summary} {rule.text.fix} {rule.text.why}" for rule in found}
    naming = [
        rule for rule in found if f"{token}#{path}" in rule.owns or f"`{last}`" in texts[rule.id]
    ]
    limit = catalog.constraint(token, path)
    generic = [rule for rule in registry.rules if ANY_TYPE in rule.on and "generic" in rule.tags]
    return naming + [rule for rule in generic if limit and speaks_of(rule, limit)]


def speaks_of(rule: Rule, limit: catalog.Constraint) -> bool:
    """Whether a generic rule has something to go by in a constraint."""
    return any(
        rule.id.startswith(GENERIC_RULES[name])
        and ("-known-" in rule.id)
        != (limit.certain(name) and not (name == "enum" and limit.growing))
        for name in limit.facets
    )


def about_rows(token: str, path: str) -> Iterator[str]:
    """The rows of the constraint book about a property, by id and what they say."""
    found = [row for row in rows(token) if row.at == path]
    if found:
        yield "Rows of the constraint book:"
    for row in found:
        yield f"  {row.id} ({row.level}): {row.says}"


def watched(rules: Sequence[Rule]) -> Iterator[str]:
    """The rules by id and sentence."""
    yield "Watched by:" if rules else "No rule of its own watches this."
    for rule in rules:
        yield f"  {rule.id} ({rule.level.value}): {rule.text.summary}"


def about_rule(rule: Rule) -> Iterator[str]:
    """What a rule says of itself."""
    yield f"{rule.id} ({rule.level.value}, {rule.severity.value})"
    yield rule.text.summary
    yield f"Why: {rule.text.why}"
    yield f"Fix: {rule.text.fix}"
    if rule.error:
        yield f"AWS answers: {rule.error}"
    on = "every resource" if ANY_TYPE in rule.on else ", ".join(rule.on)
    yield f"Runs on: {on}"
    for name, schema in rule.settings.items():
        yield f"Setting {name}: {schema.get('description', '')} (default {schema.get('default')})"
    yield f"More: {rule.source}"
