from __future__ import annotations

import pytest

from policypack.aws.book import SERVICES
from tools.catalog import book_source
from tools.catalog.book_pages import service_page, services


def test_a_page_a_service() -> None:
    assert services() == sorted(SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_each_row_has_its_section(service: str) -> None:
    page = service_page(service)
    for row in book_source.read(service):
        assert page.count(f"### {row['id']}\n") == 1
        assert row["source"] in page
    assert "{value}" not in page


def test_a_service_that_there_is_not() -> None:
    with pytest.raises(FileNotFoundError):
        service_page("telegraph")
