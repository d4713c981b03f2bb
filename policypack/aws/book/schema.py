"""Compiles the constraint book's schema language to closures with three-valued answers.

The language is the subset of JSON Schema 2020-12 that `book/README.md` describes. A check answers
True, False, or None where an unknown value, or one of another type than the keyword's, leaves it
undetermined.
"""

from __future__ import annotations

import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

Json = Any
Answer = bool | None
Check = Callable[[Json], Answer]
Schema = Mapping[str, Any] | bool

LONGEST_TEXT = 32_768
"""Texts longer than this many characters leave `pattern` undetermined: a search costs time."""

DEEPEST = 60
"""Values nested deeper than this leave `uniqueItems` undetermined."""

NAMES_REMEMBERED = 128

_NO_JSON = object()


def compile_schema(schema: Schema) -> Check:
    """Return the check that a schema describes.

    Raises:
        ValueError: the schema has a keyword that the language lacks, or one of a wrong shape.
    """
    if isinstance(schema, bool):
        return _always if schema else _never
    checks = [_compile_keyword(keyword, schema) for keyword in schema if keyword not in _PARTS]
    return conjunction(checks)


def conjunction(checks: Sequence[Check]) -> Check:
    """Return the check that holds where all of `checks` hold."""
    if not checks:
        return _always
    if len(checks) == 1:
        return checks[0]
    if len(checks) == 2:
        return _both(*checks)
    every = tuple(checks)

    def all_of(value: Json) -> Answer:
        answer: Answer = True
        for check in every:
            one = check(value)
            if one is False:
                return False
            if one is None:
                answer = None
        return answer

    return all_of


def _both(first: Check, second: Check) -> Check:
    def both(value: Json) -> Answer:
        one = first(value)
        if one is False:
            return False
        other = second(value)
        return one if other is True else other

    return both


def _always(_: Json) -> Answer:
    return True


def _never(_: Json) -> Answer:
    return False


def _compile_keyword(keyword: str, schema: Mapping[str, Any]) -> Check:
    try:
        make = _KEYWORDS[keyword]
    except KeyError:
        message = f"the schema language has no keyword {keyword}"
        raise ValueError(message) from None
    try:
        return make(schema[keyword], schema)
    except (TypeError, AttributeError, KeyError, re.error) as error:
        message = f"{keyword} cannot be {json.dumps(schema[keyword], default=str)}: {error}"
        raise ValueError(message) from error


def is_number(value: Json) -> bool:
    """Whether a value is a JSON number (a boolean is none)."""
    return isinstance(value, int | float) and not isinstance(value, bool)


# Logic


def _negation(schema: Schema, _: Mapping[str, Any]) -> Check:
    check = compile_schema(schema)

    def negated(value: Json) -> Answer:
        answer = check(value)
        return None if answer is None else not answer

    return negated


def _all_of(schemas: Sequence[Schema], _: Mapping[str, Any]) -> Check:
    return conjunction([compile_schema(schema) for schema in schemas])


def _any_of(schemas: Sequence[Schema], _: Mapping[str, Any]) -> Check:
    checks = tuple(compile_schema(schema) for schema in schemas)

    def any_of(value: Json) -> Answer:
        answer: Answer = False
        for check in checks:
            one = check(value)
            if one:
                return True
            if one is None:
                answer = None
        return answer

    return any_of


def _one_of(schemas: Sequence[Schema], _: Mapping[str, Any]) -> Check:
    checks = tuple(compile_schema(schema) for schema in schemas)

    def one_of(value: Json) -> Answer:
        answers = [check(value) for check in checks]
        if answers.count(True) > 1:
            return False
        return None if None in answers else answers.count(True) == 1

    return one_of


def _condition(schema: Schema, whole: Mapping[str, Any]) -> Check:
    """Return `if` with its `then` and `else`; undetermined if, and both must hold."""
    condition = compile_schema(schema)
    then = compile_schema(whole.get("then", True))
    otherwise = compile_schema(whole["else"]) if "else" in whole else _always

    def if_then_else(value: Json) -> Answer:
        answer = condition(value)
        if answer is None:
            return True if then(value) and otherwise(value) else None
        return then(value) if answer else otherwise(value)

    return if_then_else


# Any value


_TYPES: Mapping[str, Callable[[Json], bool]] = {
    "string": lambda value: isinstance(value, str),
    "number": is_number,
    "integer": lambda value: is_number(value) and value == value // 1,
    "boolean": lambda value: isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "null": lambda value: value is None,
}


def _is_json(value: Json) -> bool:
    return value is None or isinstance(value, str | int | float | dict | list)


def _type(names: str | Sequence[str], _: Mapping[str, Any]) -> Check:
    tests = tuple(_TYPES[name] for name in ([names] if isinstance(names, str) else names))
    if len(tests) == 1:
        test = tests[0]
        # Assets, archives and unknown values are of no JSON type.
        return lambda value: test(value) or (False if _is_json(value) else None)

    def has_type(value: Json) -> Answer:
        return any(test(value) for test in tests) or (False if _is_json(value) else None)

    return has_type


def _kind(value: Json) -> type | None:
    """Tell apart what JSON tells apart, though Python holds 1, 1.0 and True for equal."""
    if isinstance(value, bool):
        return bool
    if isinstance(value, int | float):
        return float
    return str if isinstance(value, str) else None


def _enum(members: Sequence[Json], _: Mapping[str, Any]) -> Check:
    by_kind: dict[type, frozenset[Json]] = {}
    for member in members:
        kind = _kind(member)
        if kind is None:
            message = "only texts, numbers and booleans can be compared"
            raise TypeError(message)
        by_kind[kind] = by_kind.get(kind, frozenset()) | {member}
    if set(by_kind) == {str}:
        texts = by_kind[str]
        return lambda value: value in texts if isinstance(value, str) else None

    def is_member(value: Json) -> Answer:
        kind = _kind(value)
        return value in by_kind[kind] if kind in by_kind else None

    return is_member


def _const(member: Json, whole: Mapping[str, Any]) -> Check:
    return _enum([member], whole)


# Texts


def _pattern(pattern: str, _: Mapping[str, Any]) -> Check:
    found: list[Callable[[str], object]] = []

    def matches(value: Json) -> Answer:
        if not isinstance(value, str) or len(value) > LONGEST_TEXT:
            return None
        if not found:
            # Compiled when first needed: most rows of a type never get to their pattern.
            found.append(re.compile(pattern).search)
        return found[0](value) is not None

    return matches


def _size(measure: Callable[[Json], int], kind: type, least: bool) -> Callable[..., Check]:
    def make(limit: int, _: Mapping[str, Any]) -> Check:
        limit = int(limit)
        if least:
            return lambda value: measure(value) >= limit if isinstance(value, kind) else None
        return lambda value: measure(value) <= limit if isinstance(value, kind) else None

    return make


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


@lru_cache(maxsize=16)
def _parse(text: str) -> Json:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return _NO_JSON


def _document(schema: Schema, _: Mapping[str, Any]) -> Check:
    check = compile_schema(schema)

    def in_document(value: Json) -> Answer:
        document = _parse(value) if isinstance(value, str) else _NO_JSON
        return None if document is _NO_JSON else check(document)

    return in_document


def _media_type(name: str, _: Mapping[str, Any]) -> Check:
    if name != "application/json":
        message = "only application/json is read"
        raise TypeError(message)
    return lambda value: _parse(value) is not _NO_JSON or None if isinstance(value, str) else None


# Numbers


def _bound(compare: Callable[[Any, Any], bool]) -> Callable[..., Check]:
    def make(limit: float, _: Mapping[str, Any]) -> Check:
        return lambda value: compare(value, limit) if is_number(value) else None

    return make


def _multiple_of(step: float, _: Mapping[str, Any]) -> Check:
    exact_step = Decimal(str(step))

    def is_multiple(value: Json) -> Answer:
        if not is_number(value):
            return None
        try:
            # In binary 0.3 is no multiple of 0.1.
            return Decimal(str(value)) % exact_step == 0
        except ArithmeticError:
            return None

    return is_multiple


# Lists


def _items(schema: Schema, whole: Mapping[str, Any]) -> Check:
    check = compile_schema(schema)
    start = len(whole.get("prefixItems", ()))

    def every_item(value: Json) -> Answer:
        if not isinstance(value, list):
            return None
        answer: Answer = True
        for element in value[start:] if start else value:
            one = check(element)
            if one is False:
                return False
            if one is None:
                answer = None
        return answer

    return every_item


def _prefix_items(schemas: Sequence[Schema], _: Mapping[str, Any]) -> Check:
    checks = tuple(compile_schema(schema) for schema in schemas)

    def first_items(value: Json) -> Answer:
        if not isinstance(value, list):
            return None
        pairs = zip(checks, value, strict=False)
        return _every(check(element) for check, element in pairs)

    return first_items


def _every(answers: Iterable[Answer]) -> Answer:
    known = list(answers)
    if False in known:
        return False
    return None if None in known else True


def _contains(schema: Schema, whole: Mapping[str, Any]) -> Check:
    check = compile_schema(schema)
    least = int(whole.get("minContains", 1))
    most = whole.get("maxContains")

    def contains(value: Json) -> Answer:
        if not isinstance(value, list):
            return None
        answers = [check(element) for element in value]
        certain = answers.count(True)
        possible = certain + answers.count(None)
        if possible < least or (most is not None and certain > most):
            return False
        return True if certain >= least and (most is None or possible <= most) else None

    return contains


def _frozen(value: Json, depth: int = 0) -> Any:
    """Return a hashable stand-in that is equal for equal JSON values.

    Raises:
        LookupError: the value, or something in it, is unknown or nested too deep.
    """
    kind = _kind(value)
    if kind is not None or value is None:
        return (kind, value)
    if depth > DEEPEST:
        raise LookupError
    if isinstance(value, list):
        return (list, tuple(_frozen(element, depth + 1) for element in value))
    if isinstance(value, dict):
        members = ((key, member) for key, member in value.items() if member is not None)
        return (dict, frozenset((key, _frozen(member, depth + 1)) for key, member in members))
    raise LookupError


def _distinct(keys: Iterable[Callable[[], Any]]) -> Answer:
    """Whether all keys differ; a key that raises LookupError is not known."""
    seen: set[Any] = set()
    answer: Answer = True
    for make in keys:
        try:
            key = make()
        except LookupError:
            answer = None
            continue
        if key in seen:
            return False
        seen.add(key)
    return answer


def _unique_items(wanted: bool, _: Mapping[str, Any]) -> Check:
    if not wanted:
        return _always

    def unique(value: Json) -> Answer:
        if not isinstance(value, list):
            return None
        return _distinct(partial(_frozen, element) for element in value)

    return unique


def _member(value: Json, path: tuple[str, ...]) -> Json:
    """Return what stands at a dotted path, None where nothing does.

    Raises:
        LookupError: something on the way is unknown or no object.
    """
    for key in path:
        if value is None:
            return None
        if not isinstance(value, dict):
            raise LookupError(key)  # noqa: TRY004 - what it is, is not known
        value = value.get(key)
    return value


def _unique_by(names: Sequence[str], _: Mapping[str, Any]) -> Check:
    paths = tuple(tuple(name.split(".")) for name in names)

    def key(element: Json) -> Any:
        return tuple(_frozen(_member(element, path)) for path in paths)

    def lacks_one(element: Json) -> bool:
        try:
            return any(_member(element, path) is None for path in paths)
        except LookupError:
            return False

    def unique(value: Json) -> Answer:
        if not isinstance(value, list):
            return None
        complete = [element for element in value if not lacks_one(element)]
        return _distinct(partial(key, element) for element in complete)

    return unique


# Objects


def _properties(schemas: Mapping[str, Schema], _: Mapping[str, Any]) -> Check:
    checks = tuple((key, compile_schema(schema)) for key, schema in schemas.items())
    if len(checks) == 1:
        return _one_property(*checks[0])

    def members(value: Json) -> Answer:
        if not isinstance(value, dict):
            return None
        answer: Answer = True
        for key, check in checks:
            member = value.get(key)
            if member is None:
                continue
            one = check(member)
            if one is False:
                return False
            if one is None:
                answer = None
        return answer

    return members


def _one_property(key: str, check: Check) -> Check:
    def member(value: Json) -> Answer:
        if not isinstance(value, dict):
            return None
        inner = value.get(key)
        return True if inner is None else check(inner)

    return member


def _required(names: Sequence[str], _: Mapping[str, Any]) -> Check:
    if len(names) == 1:
        name = names[0]
        return lambda value: value.get(name) is not None if isinstance(value, dict) else None
    keys = tuple(names)

    def has_all(value: Json) -> Answer:
        if not isinstance(value, dict):
            return None
        return all(value.get(key) is not None for key in keys)

    return has_all


def _count(value: dict[str, Json]) -> int:
    return sum(1 for member in value.values() if member is not None)


def _property_names(schema: Schema, _: Mapping[str, Any]) -> Check:
    check = compile_schema(schema)

    def names(value: Json) -> Answer:
        if not isinstance(value, dict):
            return None
        return _every(check(key) for key, member in value.items() if member is not None)

    return names


def _name_pattern(pattern: str) -> Check:
    """Return a check of member names that remembers its answers: the same few come again."""
    matches = _pattern(pattern, {})
    return lru_cache(maxsize=NAMES_REMEMBERED)(matches)


def _pattern_properties(schemas: Mapping[str, Schema], _: Mapping[str, Any]) -> Check:
    pairs = tuple(
        (_name_pattern(pattern), compile_schema(schema)) for pattern, schema in schemas.items()
    )

    def members(value: Json) -> Answer:
        if not isinstance(value, dict):
            return None
        answer: Answer = True
        for matches, check in pairs:
            for key, member in value.items():
                if member is not None and matches(key):
                    one = check(member)
                    if one is False:
                        return False
                    if one is None:
                        answer = None
        return answer

    return members


def _additional_properties(schema: Schema, whole: Mapping[str, Any]) -> Check:
    check = compile_schema(schema)
    named = frozenset(whole.get("properties", ()))
    patterns = tuple(_name_pattern(pattern) for pattern in whole.get("patternProperties", ()))

    def others(value: Json) -> Answer:
        if not isinstance(value, dict):
            return None
        return _every(
            check(member)
            for key, member in value.items()
            if member is not None
            and key not in named
            and not any(matches(key) for matches in patterns)
        )

    return others


def _dependent_required(needs: Mapping[str, Sequence[str]], _: Mapping[str, Any]) -> Check:
    pairs = tuple((key, tuple(names)) for key, names in needs.items())

    def complete(value: Json) -> Answer:
        if not isinstance(value, dict):
            return None
        return all(
            value.get(name) is not None
            for key, names in pairs
            if value.get(key) is not None
            for name in names
        )

    return complete


def _everywhere(schema: Schema, _: Mapping[str, Any]) -> Check:
    check = compile_schema(schema)

    def in_every_object(value: Json) -> Answer:
        if not isinstance(value, dict):
            return None
        answer: Answer = True
        waiting: list[Json] = [value]
        while waiting:
            one = waiting.pop()
            if isinstance(one, list):
                waiting += one
            elif isinstance(one, dict):
                here = check(one)
                if here is False:
                    return False
                answer = answer if here else None
                waiting += one.values()
            elif not _is_json(one):
                answer = None
        return answer

    return in_every_object


_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def _comparison(left: str, sign: str, right: str) -> Check:
    compare = _OPERATORS[sign]
    left_path, right_path = tuple(left.split(".")), tuple(right.split("."))

    def compared(value: Json) -> Answer:
        try:
            one, other = _member(value, left_path), _member(value, right_path)
        except LookupError:
            return None
        if one is None or other is None:
            return True
        comparable = (is_number(one) and is_number(other)) or (
            isinstance(one, str) and isinstance(other, str)
        )
        return compare(one, other) if comparable else None

    return compared


def _compare(triples: Sequence[Sequence[str]], _: Mapping[str, Any]) -> Check:
    check = conjunction([_comparison(*triple) for triple in triples])
    return lambda value: check(value) if isinstance(value, dict) else None


_PARTS = frozenset({"then", "else", "minContains", "maxContains"})
"""Keywords that another keyword of the same object reads."""

_KEYWORDS: Mapping[str, Callable[[Any, Mapping[str, Any]], Check]] = {
    "not": _negation,
    "allOf": _all_of,
    "anyOf": _any_of,
    "oneOf": _one_of,
    "if": _condition,
    "type": _type,
    "enum": _enum,
    "const": _const,
    "pattern": _pattern,
    "minLength": _size(len, str, least=True),
    "maxLength": _size(len, str, least=False),
    "maxBytes": _size(_bytes, str, least=False),
    "contentMediaType": _media_type,
    "contentSchema": _document,
    "minimum": _bound(operator.ge),
    "maximum": _bound(operator.le),
    "exclusiveMinimum": _bound(operator.gt),
    "exclusiveMaximum": _bound(operator.lt),
    "multipleOf": _multiple_of,
    "items": _items,
    "prefixItems": _prefix_items,
    "contains": _contains,
    "minItems": _size(len, list, least=True),
    "maxItems": _size(len, list, least=False),
    "uniqueItems": _unique_items,
    "uniqueBy": _unique_by,
    "properties": _properties,
    "required": _required,
    "minProperties": _size(_count, dict, least=True),
    "maxProperties": _size(_count, dict, least=False),
    "propertyNames": _property_names,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional_properties,
    "dependentRequired": _dependent_required,
    "compare": _compare,
    "everywhere": _everywhere,
}
