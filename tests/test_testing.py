from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pulumi_aws as aws
import pytest

from policypack.hosts.offline import ProgramError, ProjectError
from policypack.rules.settings import SettingsError
from policypack.testing import Checked, check_program, check_said
from tests.programs import write_program

RULE = "elbv2-alb-subnets-single-az"
EU = {"aws:region": "eu-west-1"}


def balancer(zones: Sequence[str] = ("eu-west-1a", "eu-west-1a")) -> None:
    vpc = aws.ec2.Vpc("shop", cidr_block="10.0.0.0/16")
    subnets = [
        aws.ec2.Subnet(
            f"public-{number}",
            vpc_id=vpc.id,
            cidr_block=f"10.0.{number}.0/24",
            availability_zone=zone,
        )
        for number, zone in enumerate(zones)
    ]
    aws.lb.LoadBalancer(
        "web", load_balancer_type="application", subnets=[one.id for one in subnets]
    )


def test_a_function_is_checked_with_all_rules() -> None:
    checked = check_program(balancer, config=EU)
    assert RULE in {one.rule for one in checked.mandatory}
    (found,) = checked.for_rule(RULE)
    assert found.text == "every subnet is in eu-west-1a"
    assert f"[mandatory] [severity: critical]  {RULE}  (aws:lb:LoadBalancer: web)" in checked.text()
    assert checked.for_rule("no-such-rule") == []


def test_settings_take_effect() -> None:
    checked = check_program(balancer, config=EU, settings={RULE: "advisory"})
    assert RULE in {one.rule for one in checked.advisory}
    assert RULE not in {one.rule for one in checked.mandatory}
    with pytest.raises(SettingsError):
        check_program(balancer, settings={"no-such-rule": "advisory"})


def test_no_rules_find_nothing() -> None:
    checked = check_program(balancer, rules=[])
    assert (checked.mandatory, checked.advisory) == ([], [])
    assert checked.text().endswith("Nothing found.\n")


@pytest.mark.parametrize("as_text", [True, False])
def test_a_folder_is_checked(tmp_path: Path, as_text: bool) -> None:
    source = "import pulumi, pulumi_aws as aws\naws.ec2.Vpc(pulumi.get_stack())\n"
    folder = write_program(tmp_path, source)
    checked: Checked = check_program(str(folder) if as_text else folder, stack="blue", rules=[])
    assert any(one.urn.endswith("::blue") for one in checked.preview.stack)


def test_errors_of_a_folder_and_of_a_function(tmp_path: Path) -> None:
    with pytest.raises(ProjectError):
        check_program(tmp_path / "none")
    with pytest.raises(ProgramError):
        check_program(write_program(tmp_path, "1 / 0"))

    def broken() -> None:
        raise KeyError("own")

    with pytest.raises(KeyError, match="own"):
        check_program(broken, rules=[])


def test_a_failed_case_shows_both_lists() -> None:
    check_said(["a: one"], ("a: one",))
    with pytest.raises(AssertionError) as caught:
        check_said(["a: one", "b: two"], ["a: one", "c: three"])
    lines = str(caught.value).splitlines()
    assert "  a: one" in lines
    assert "- c: three" in lines
    assert "+ b: two" in lines


def test_answers_to_data_sources_can_be_given() -> None:
    def program() -> None:
        balancer(aws.get_availability_zones().names[:2])

    one_zone = {"names": ["eu-west-1b", "eu-west-1b"]}
    calls = {"aws:index/getAvailabilityZones:getAvailabilityZones": one_zone}
    assert not check_program(program, config=EU).for_rule(RULE)
    (found,) = check_program(program, config=EU, calls=calls).for_rule(RULE)
    assert found.text == "every subnet is in eu-west-1b"
