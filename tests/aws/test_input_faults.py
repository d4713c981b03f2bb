from __future__ import annotations

import pytest

from policypack.aws.input_faults import faults, registry_page
from policypack.plan.resource import Resource
from policypack.plan.wire import Decoded


@pytest.mark.parametrize(
    ("token", "page"),
    [
        ("aws:dynamodb/table:Table", "dynamodb/table/"),
        ("aws:lambda/function:Function", "lambda/function/"),
        ("aws:ec2/launchTemplate:LaunchTemplate", "ec2/launchtemplate/"),
    ],
)
def test_pages_of_the_registry(token: str, page: str) -> None:
    assert registry_page(token).endswith(f"/aws/api-docs/{page}#inputs")


def test_a_fault_leads_to_the_inputs_of_its_type() -> None:
    inputs = Decoded({"billingMode": "ON_DEMAND", "name": "sessions"})
    (found,) = faults(
        Resource("urn:pulumi:dev::shop::t::sessions", "aws:dynamodb/table:Table", inputs)
    )
    assert (found.path, found.certain) == ("billingMode", True)
    assert found.url == registry_page("aws:dynamodb/table:Table")
