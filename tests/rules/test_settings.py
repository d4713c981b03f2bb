from __future__ import annotations

from typing import Any

import pytest

from policypack.rules.registry import Registry
from policypack.rules.rule import Level
from policypack.rules.settings import SettingsError, read
from tests.rules.test_evaluation import crowded, port_is_one

REGISTRY = Registry([crowded, port_is_one])
SOUND = {"urn": "*", "reason": "r", "until": "2027-01-01"}


@pytest.mark.parametrize(
    ("config", "text"),
    [
        ({"crowdet": "advisory"}, 'there is no policy "crowdet"; did you mean "crowded"?'),
        ({"crowded": "loud"}, '"loud" is no enforcement level'),
        ({"crowded": {"mots": 1}}, 'has no setting "mots"; did you mean "most"?'),
        ({"crowded": {"most": "1"}}, "expected integer, got '1'"),
        ({"crowded": {"exemptions": [{"urn": "*", "until": "2027-01-01"}]}}, '"reason" is missing'),
        ({"crowded": {"exemptions": [{**SOUND, "reason": ""}]}}, "the text is empty"),
        ({"crowded": {"exemptions": [{**SOUND, "until": "soon"}]}}, '"soon" is no date'),
        ({"crowded": {"exemptions": [{**SOUND, "why": "x"}]}}, '"why" is not known'),
        (
            {"preflight-settings": {"exemptions": [{**SOUND, "rule": "crowdedd"}]}},
            'there is no policy "crowdedd"; did you mean "crowded"?',
        ),
        ({"preflight-settings": {"levels": {"a/b": "loud"}}}, "none of"),
        ({"all": {"most": 1}}, "is no enforcement level"),
    ],
)
def test_a_mistake_is_one_clear_sentence(config: dict[str, Any], text: str) -> None:
    with pytest.raises(SettingsError) as raised:
        read(config, REGISTRY)
    assert text in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_lenient_reading_goes_on_and_keeps_the_mistake() -> None:
    settings = read({"crowded": {"mots": 1}, "port-is-one": "advisory"}, REGISTRY, lenient=True)
    assert [policy for policy, _ in settings.problems] == ["crowded"]
    assert settings.levels == {"port-is-one": Level.ADVISORY}


def test_a_single_constraint_has_a_level_of_its_own() -> None:
    settings = read({"preflight-settings": {"levels": {"port-is-one/row": "disabled"}}}, REGISTRY)
    assert settings.level(port_is_one, None, "row") is Level.DISABLED
    assert settings.level(port_is_one, None, "other") is Level.MANDATORY
