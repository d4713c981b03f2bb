from __future__ import annotations

from datetime import date, timedelta

import pytest
from pulumi_aws import sqs

from policies.validation.catalog_age import catalog_out_of_date
from policypack.aws import catalog
from policypack.testing import case, unknown

TOLD = f": the catalog of AWS's facts is of {catalog.generated_on()}"


@pytest.fixture(autouse=True)
def _long_after(monkeypatch: pytest.MonkeyPatch) -> None:
    later = catalog.generated_on() + timedelta(days=100)
    days = (later - catalog.generated_on()).days
    monkeypatch.setattr(catalog, "age_days", lambda: days)


@case(catalog_out_of_date, "fires", TOLD, settings={"maxAgeDays": 1})
def test_catalog_older_than_allowed() -> None:
    sqs.Queue("jobs", delay_seconds=5)


@case(catalog_out_of_date, "sound", settings={"maxAgeDays": 100})
def test_catalog_as_old_as_allowed() -> None:
    sqs.Queue("jobs", delay_seconds=5)


@case(catalog_out_of_date, "absent")
def test_catalog_within_the_default() -> None:
    sqs.Queue("jobs", delay_seconds=5)


@case(catalog_out_of_date, "unknown")
def test_catalog_with_unknown_values() -> None:
    sqs.Queue("jobs", name=unknown())


def test_the_day_is_one_of_the_past() -> None:
    assert catalog.generated_on() <= date.today()
