from __future__ import annotations

from datetime import date

import policies
from policypack.aws.book.rows import service_rows
from policypack.rules.registry import collect
from policypack.rules.settings import read
from tools.docs import SETTINGS_EXAMPLE, settings_page, title


def test_the_example_of_a_configuration_is_taken_as_it_is() -> None:
    settings = read(SETTINGS_EXAMPLE, collect(policies))
    assert [one.until for one in settings.exemptions] == [date(2027, 3, 31), date(2027, 6, 30)]
    rows = {row.id for service in ("lambda", "elbv2") for row in service_rows(service)}
    assert {one.row for one in settings.exemptions} - {None} <= rows
    levels = SETTINGS_EXAMPLE["preflight-settings"]["levels"]
    assert {name.partition("/")[2] for name in levels} <= rows


def test_every_setting_is_explained() -> None:
    assert "|  |" not in settings_page()


def test_titles_keep_abbreviations() -> None:
    assert title("nat_gateway_dependency_failures") == "NAT gateway dependency failures"
    assert title("natural") == "Natural"
