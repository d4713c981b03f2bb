from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest

from policypack import (
    Block,
    Finding,
    Findings,
    Level,
    Resource,
    Severity,
    Stack,
    relational_rule,
    resource_rule,
    stack_rule,
)
from policypack.plan.values import UNKNOWN
from policypack.plan.wire import Decoded
from policypack.rules.evaluation import Diagnostic, Evaluation, python_path
from policypack.rules.registry import Registry
from policypack.rules.rule import Rule, parse_docstring
from policypack.rules.settings import read

TYPE = "aws:ec2/securityGroup:SecurityGroup"
DOC: dict[str, Any] = {"severity": Severity.HIGH, "source": "https://example.org"}


@resource_rule(on=TYPE, level=Level.MANDATORY, error="Refused", each="ingress", **DOC)
def port_is_one(group: Resource, ingress: Block) -> Findings:
    """A port is not one.

    Why: it is too small.
    Fix: take a larger one.
    """
    if ingress["fromPort"] == 1:
        yield ingress.finding("fromPort", f"is 1 ({ingress.get('description', '')})")


@resource_rule(on=TYPE, level=Level.MANDATORY, **DOC)
def raises(group: Resource) -> Iterator[Finding]:
    """A rule raises.

    Why: it is broken.
    Fix: mend it.
    """
    raise KeyError(group["password"])
    yield


@relational_rule(
    on=TYPE, level=Level.ADVISORY, settings={"most": {"type": "integer", "default": 1}}, **DOC
)
def crowded(group: Resource, settings: dict[str, Any]) -> Findings:
    """A stack holds few groups.

    Why: they are many.
    Fix: take some out.
    """
    if group.stack is not None and len(group.stack) > settings["most"]:
        yield group.finding("", f"is one of {len(group.stack)}")


@stack_rule(on=TYPE, level=Level.ADVISORY, **DOC)
def counted(stack: Stack) -> Findings:
    """A stack is counted.

    Why: it can be.
    Fix: do not look.
    """
    yield stack.resources[0].finding("", f"{len(stack)} resources")


def group(name: str = "web", **inputs: Any) -> Resource:
    return Resource(f"urn:pulumi:dev::shop::{TYPE}::{name}", TYPE, Decoded(inputs))


def texts(found: list[Diagnostic]) -> list[str]:
    return [f"{one.rule} {one.path}: {one.text}" for one in found]


def evaluation(
    *rules: Rule, config: dict[str, Any] | None = None, today: str = "2026-01-01"
) -> Evaluation:
    registry = Registry(rules)
    return Evaluation(registry, read(config or {}, registry), date.fromisoformat(today))


def test_one_unknown_element_silences_only_itself() -> None:
    ports = [{"fromPort": UNKNOWN}, UNKNOWN, {"fromPort": 1}, {}, {"fromPort": 1}]
    found = evaluation(port_is_one).of_resource(group(ingress=ports))
    assert [one.path for one in found] == ["ingress[2].fromPort", "ingress[4].fromPort"]


def test_the_message_tells_fact_answer_fix_and_page() -> None:
    found = evaluation(port_is_one).of_resource(group(ingress=[{"fromPort": 1}]))
    assert found[0].message.splitlines() == [
        "ingress[0].fromPort: is 1 ()",
        "AWS answers: Refused",
        "Fix: take a larger one.",
        "In Python: ingress[0].from_port",
        "More: https://example.org",
    ]


def test_a_rule_that_raises_is_named_once_and_hides_what_it_quoted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    at_work = evaluation(raises, port_is_one)
    found = at_work.of_resource(group(ingress=[{"fromPort": 1}], password="hunter2"))
    again = at_work.of_resource(group("db", password="hunter2"))
    assert sorted(texts(found)) == [
        "port-is-one ingress[0].fromPort: is 1 ()",
        "raises : not evaluated: it raised KeyError",
    ]
    assert [one.level for one in found if one.rule == "raises"] == [Level.ADVISORY]
    assert again == []
    printed = capsys.readouterr().err
    assert "raises it raised KeyError" in printed
    assert "hunter2" not in printed


def test_no_secret_is_printed() -> None:
    one = Resource(
        f"urn:pulumi:dev::shop::{TYPE}::web",
        TYPE,
        Decoded(
            {"ingress": [{"fromPort": 1, "description": "hunter2"}]},
            {("ingress", 0, "description")},
        ),
    )
    assert texts(evaluation(port_is_one).of_resource(one)) == [
        "port-is-one ingress[0].fromPort: is 1 ([secret])"
    ]


@pytest.mark.parametrize(
    ("secret", "quoted", "shown"),
    [
        ("hunter2 and many more", "hunter2 and many...", "[secret]..."),
        ("it's\nmine", r"it's\nmine", "[secret]"),
        ('{"Principal": "hunter2"}', "principal hunter2", "principal [secret]"),
        ("web", "web and website", "[secret] and website"),
        (8443, "8443", "[secret]"),
        (["hunter2"], "hunter2!", "[secret]!"),
    ],
)
def test_no_part_of_a_secret_is_printed(secret: Any, quoted: str, shown: str) -> None:
    @resource_rule(on=TYPE, level=Level.ADVISORY, **DOC)
    def quoting(group: Resource) -> Findings:
        """A value is not quoted.

        Why: it may be secret.
        Fix: leave it out.
        """
        yield group.finding("", quoted, fix=f"not {quoted}")

    one = Resource(f"urn:pulumi:dev::shop::{TYPE}::web", TYPE, Decoded({"x": secret}, {("x",)}))
    found = evaluation(quoting).of_resource(one)[0]
    assert found.text == shown
    assert f"Fix: not {shown}" in found.message


def test_levels_and_settings_come_from_the_configuration() -> None:
    stack = Stack([group("a", x=1), group("b", x=1)])
    assert len(evaluation(crowded).of_stack(stack)) == 2
    assert evaluation(crowded, config={"crowded": {"most": 2}}).of_stack(stack) == []
    loud = evaluation(crowded, config={"crowded": "mandatory"}).of_stack(stack)
    assert {one.level for one in loud} == {Level.MANDATORY}
    assert evaluation(crowded, config={"all": "disabled"}).of_stack(stack) == []


def test_a_stack_rule_runs_once_and_only_with_its_types() -> None:
    assert len(evaluation(counted).of_stack(Stack([group("a", x=1), group("b", x=1)]))) == 1
    assert evaluation(counted).of_stack(Stack([group("a")])) == []


def exemption(until: str, urn: str = "*::web") -> dict[str, Any]:
    return {"port-is-one": {"exemptions": [{"urn": urn, "reason": "legacy", "until": until}]}}


def test_an_exemption_holds_until_its_last_day() -> None:
    web = group(ingress=[{"fromPort": 1}])
    at_work = evaluation(port_is_one, config=exemption("2026-01-01"))
    assert at_work.of_resource(web) == []
    assert [one.urn for one in at_work.exempted] == [web.urn]
    past = evaluation(port_is_one, config=exemption("2025-12-31")).of_resource(web)
    assert "The exemption (legacy) ended on 2025-12-31." in past[0].message


def test_an_exemption_of_this_stack_that_matches_nothing_is_reported() -> None:
    stack = Stack([group(ingress=[{"fromPort": 2}])])
    named = exemption("2027-01-01", f"urn:pulumi:dev::shop::{TYPE}::gone")
    found = evaluation(port_is_one, config=named).of_stack(stack)
    assert [(one.rule, one.level) for one in found] == [("port-is-one", Level.ADVISORY)]
    assert "matches no finding" in found[0].text
    shared = evaluation(port_is_one, config=exemption("2027-01-01", "*::gone"))
    assert shared.of_stack(stack) == []


def test_nothing_runs_on_what_has_no_data() -> None:
    assert evaluation(port_is_one, raises).of_resource(group()) == []


def test_a_docstring_without_a_fix_is_refused() -> None:
    with pytest.raises(ValueError, match="needs a first sentence"):
        parse_docstring("A rule.\n\nWhy: so.", "rule")


def test_python_spelling() -> None:
    assert python_path("ingress[0].cidrBlocks") == "ingress[0].cidr_blocks"
