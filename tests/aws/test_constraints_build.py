"""How the constraint catalog is made of its sources."""

from __future__ import annotations

import pytest

from tools.catalog.documented import defaults, listed_values, stated_range
from tools.catalog.facets import Facets
from tools.catalog.merge import certain, merge
from tools.catalog.names import find, name_aliases, plain
from tools.catalog.patterns import trivial, usable
from tools.catalog.sources import CatalogBuildError


def test_the_loosest_bound_wins_and_two_sources_are_certain() -> None:
    found = {"B": Facets(max_length=64), "C": Facets(max_length=128)}
    assert merge(found, "", "name")["max_length"] == ["BC", 128]
    assert certain("BC")
    assert not certain("B")
    assert certain("O")


def test_documented_values_bear_witness_and_widen() -> None:
    doc = "Mode of it. Valid values are `fast`, `slow` and `idle`. Defaults to `fast`."
    merged = merge({"B": Facets(enum=["FAST", "SLOW"])}, doc, "mode")
    assert merged["enum"] == ["BS", ["FAST", "SLOW", "fast", "idle", "slow"]]
    assert merged["defaults"] == ["fast"]


def test_documented_values_of_another_thing_bear_no_witness() -> None:
    merged = merge({"B": Facets(enum=["A", "B"])}, "Valid values: `x`, `y`, `z`.", "mode")
    assert merged["enum"][0] == "B"


@pytest.mark.parametrize("path", ["instanceType", "settings.runtime", "engineVersion"])
def test_vocabularies_that_grow_are_marked(path: str) -> None:
    assert merge({"B": Facets(enum=["a", "b"])}, "", path)["growing"] == 1


def test_what_only_forbids_emptiness_is_left_out() -> None:
    found = {"B": Facets(min_length=1, min_items=1, pattern=".*")}
    assert merge(found, "", "name") == {}


def test_documents_have_no_length() -> None:
    assert "max_length" not in merge({"B": Facets(max_length=9)}, "", "accessPolicy")


def test_a_pattern_that_cannot_be_used_silences_the_others() -> None:
    found = {"B": Facets(pattern="^[a-z]+$"), "C": Facets(pattern=r"^\p{L}+$")}
    assert "patterns" not in merge(found, "", "name")


@pytest.mark.parametrize(
    "pattern",
    [
        r"\p{Alpha}+",
        "^[[:alpha:]]+$",
        "^([A-Za-z](-|_|.)?)+$",
        "a(?i)b",
        "(",
    ],
)
def test_patterns_that_are_left_out(pattern: str) -> None:
    assert usable(pattern) is None


@pytest.mark.parametrize("pattern", ["^(a+)+$", "^([A-Za-z0-9]+[A-Za-z0-9-.]*)*[A-Za-z0-9]$"])
def test_a_slow_pattern_that_nobody_listed_stops_the_build(pattern: str) -> None:
    with pytest.raises(CatalogBuildError, match="takes long"):
        usable(pattern)


def test_patterns_that_are_kept() -> None:
    arn = r"^arn:(aws[a-z-]*):iam::\d{12}:role/?[a-zA-Z_0-9+=,.@\-_/]+$"
    assert usable(arn) == arn
    assert not trivial(arn)
    assert trivial(r"[\s\S]*")


def test_documented_ranges_and_defaults() -> None:
    assert stated_range("An integer from 0 to 43200 (12 hours).") == (0, 43200)
    assert stated_range("between 60 seconds (1 minute) and 86,400 seconds") == (60, 86400)
    assert stated_range("from 1 to 5, or from 7 to 9") is None
    assert defaults("The default for this attribute is 30.") == ["30"]
    assert listed_values("Valid values: `a`, `b`. See `c`.") == ["a", "b"]


def test_names_agree_over_case_number_and_prefix() -> None:
    members = {plain(name): name for name in ("SecurityGroupIds", "RoleName", "Policies")}
    assert find("securityGroupId", members) == "SecurityGroupIds"
    assert find("policy", members) == "Policies"
    assert find("name", members, name_aliases("name", "Role")) == "RoleName"
    assert find("colour", members) is None
