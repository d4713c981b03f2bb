"""Merges what the sources say of a property: the loosest wins, two independent sources are certain.

A merged facet is `[sources, value]`; sources are letters: B botocore, C CloudFormation, S the SDK's
documentation, O a hand-kept override (certain by itself: a person read the source it names).
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

from tools.catalog.documented import defaults, listed_values, mentioned_values, stated_range
from tools.catalog.facets import Facets
from tools.catalog.patterns import trivial, usable

Merged = dict[str, Any]
BOUNDS: dict[str, Callable[[Iterable[float]], float]] = {
    "minimum": min,
    "maximum": max,
    "min_length": min,
    "max_length": max,
    "min_items": min,
    "max_items": max,
}
NEUTRAL_LEAST = 1
"""A least length or count of this forbids only what is empty, which rules never report."""
NEUTRAL_MOST = 2**31 - 1
GROWING = re.compile(
    r"(instance|node|cache|compute|machine|bundle|volume)_?(type|class|size)|runtime|engine"
    r"|version|language|locale|region|image|platform|availability|os$|operatingsystem|model"
    r"|license|dataset|schema|currency|country|timezone|ssl_?policy|security_?policy|architecture"
    r"|(event|metric|log|source|action|connector|resource|service|feature)_?(types?|names?)$",
    re.IGNORECASE,
)
LONG_VOCABULARY = 40
DOCUMENT = re.compile(
    r"policy$|policies$|document|definition|body|template|^input|pattern|json|content|script|code"
    r"|userdata|certificate|privatekey|publickey|chain",
    re.IGNORECASE,
)


def merge(found: dict[str, Facets], doc: str, path: str) -> Merged:
    """One property's merged constraint; empty where no source says anything worth keeping.

    `found` maps a source's letter to its facets, `doc` is the SDK's documentation text.
    """
    merged: Merged = {}
    wire = path.rpartition(".")[2].removesuffix("[]")
    enumeration(merged, found, doc, wire)
    for facet, loosest in BOUNDS.items():
        if facet.endswith("length") and (DOCUMENT.search(wire) or "JSON" in doc):
            continue
        bound(merged, facet, loosest, found, doc)
    if not (DOCUMENT.search(wire) and "olicy" in wire):
        pattern(merged, found)
    if merged and (stated := defaults(doc)):
        merged["defaults"] = stated
    return merged


def enumeration(merged: Merged, found: dict[str, Facets], doc: str, wire: str) -> None:
    """The union of the sources' values; the documentation's list bears witness when it agrees."""
    carrying = {letter: facets.enum for letter, facets in found.items() if facets.enum}
    if not carrying:
        return
    values = {value: None for enum in carrying.values() for value in enum}
    listed = listed_values(doc)
    known = {value.casefold() for value in values}
    agreeing = sum(value.casefold() in known for value in listed)
    letters = sorted(carrying)
    if agreeing >= 2 and 2 * agreeing >= len(listed):
        letters.append("S")
    numeric = all(value.isdigit() for value in values)
    values |= dict.fromkeys(value for value in listed if not numeric or value.isdigit())
    merged["enum"] = ["".join(letters), sorted(values)]
    if also := sorted(set(mentioned_values(doc)) - set(values)):
        merged["also"] = also
    if len(values) > LONG_VOCABULARY or GROWING.search(wire):
        merged["growing"] = 1


def bound(
    merged: Merged,
    facet: str,
    loosest: Callable[[Iterable[float]], float],
    found: dict[str, Facets],
    doc: str,
) -> None:
    """The loosest bound; a range in the documentation bears witness when it says the same."""
    carrying = {
        letter: getattr(facets, facet)
        for letter, facets in found.items()
        if getattr(facets, facet) is not None
    }
    if not carrying:
        return
    value = loosest(carrying.values())
    if facet in {"minimum", "maximum"} and (stated := stated_range(doc)):
        said = stated[facet == "maximum"]
        value = loosest([value, said])
        carrying |= {"S": said} if said in carrying.values() else {}
    idle = value <= NEUTRAL_LEAST if facet in {"min_length", "min_items"} else False
    if not idle and abs(value) < NEUTRAL_MOST:
        merged[facet] = ["".join(sorted(carrying)), int(value) if value == int(value) else value]


def pattern(merged: Merged, found: dict[str, Facets]) -> None:
    """Any of the sources' expressions; nothing where one cannot be used or is found in anything."""
    carrying = {letter: facets.pattern for letter, facets in found.items() if facets.pattern}
    usables = {letter: usable(text) for letter, text in carrying.items()}
    if not carrying or any(text is None or trivial(text) for text in usables.values()):
        return
    merged["patterns"] = ["".join(sorted(carrying)), sorted(set(filter(None, usables.values())))]


def certain(letters: str) -> bool:
    """Whether a facet with these sources is certain."""
    return len(letters) > 1 or "O" in letters
