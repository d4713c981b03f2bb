"""The catalog's files: read lazily, small, and clearly reported when they are bad."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from policypack.aws import catalog
from policypack.aws.catalog import (
    CatalogError,
    databases,
    geography,
    hand,
    iam,
    instances,
    loader,
    vocabulary,
)

LIMIT_BYTES = 5_000_000
MODULES = (loader, instances, iam, vocabulary, databases, geography, hand)


def forget() -> None:
    for module in MODULES:
        for item in vars(module).values():
            if hasattr(item, "cache_clear"):
                item.cache_clear()


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty catalog in the place of the real one."""
    monkeypatch.setattr(loader, "HERE", tmp_path)
    monkeypatch.setattr(loader, "DATA", tmp_path / "data")
    monkeypatch.setattr(loader, "HAND", tmp_path / "hand")
    (tmp_path / "data" / "offerings").mkdir(parents=True)
    (tmp_path / "hand").mkdir()
    forget()
    yield tmp_path / "data"
    forget()


def test_nothing_is_read_at_import() -> None:
    program = (
        "import sys; opened = []\n"
        "sys.addaudithook(lambda e, a: opened.append(str(a[0])) if e == 'open' else None)\n"
        "import policypack.aws.catalog\n"
        "print([name for name in opened if name.endswith(('.json', '.json.gz'))])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


def test_a_question_reads_only_its_own_table() -> None:
    program = (
        "import sys; from policypack.aws import catalog; opened = []\n"
        "sys.addaudithook(lambda e, a: opened.append(str(a[0])) if e == 'open' else None)\n"
        "catalog.iam_action('s3:GetObject')\n"
        "print([name for name in opened if name.endswith('.json.gz')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.count(".json.gz") == 1
    assert "iam/s3.json.gz" in done.stdout


def test_generated_data_is_within_its_limit() -> None:
    sizes = [path.stat().st_size for path in loader.DATA.rglob("*") if path.is_file()]
    assert sum(sizes) <= LIMIT_BYTES


def test_the_manifest_names_every_file() -> None:
    tables = loader.manifest()["tables"]
    found = [path.relative_to(loader.DATA) for path in loader.DATA.rglob("*.json.gz")]
    names = [path.parts[0].removesuffix(".json.gz") for path in found]
    assert {name: names.count(name) for name in tables} == {
        name: row["files"] for name, row in tables.items()
    }


ASK: list[Callable[[], object]] = [
    lambda: catalog.instance_type("m5.large"),
    lambda: catalog.is_known_instance_type("m5.large"),
    catalog.regions,
    catalog.partitions,
    catalog.engines,
    lambda: catalog.iam_action("s3:GetObject") or catalog.service_prefixes(),
    lambda: catalog.managed_policy_statements("AdministratorAccess"),
    lambda: catalog.metric("AWS/EC2", "CPUUtilization"),
    lambda: catalog.runtime("python3.12"),
    lambda: catalog.tls_policy("ELBSecurityPolicy-2016-08"),
    lambda: catalog.taggable("aws:s3/bucket:Bucket"),
    lambda: catalog.secret_inputs("aws:rds/instance:Instance"),
    catalog.quotas,
    lambda: catalog.default_port("mysql"),
    catalog.generated_on,
]


@pytest.mark.usefixtures("data")
@pytest.mark.parametrize("ask", ASK)
def test_a_missing_file_is_one_clear_line(ask: Callable[[], object]) -> None:
    with pytest.raises(CatalogError) as raised:
        ask()
    assert str(raised.value).startswith("the catalog file ")
    assert str(raised.value).endswith(" is missing")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"not gzip",
        b"\x1f\x8b\x08\x00cut",
        gzip.compress(b"not json", mtime=0),
        gzip.compress(b"\xff", mtime=0),
    ],
)
def test_a_corrupt_file_is_one_clear_line(data: Path, content: bytes) -> None:
    (data / "runtimes.json.gz").write_bytes(content)
    with pytest.raises(CatalogError, match=r"^the catalog file data/runtimes.json.gz is corrupt$"):
        catalog.runtime("python3.12")


@pytest.mark.parametrize("content", [[], {}, "text", {"rows": []}, None])
def test_a_file_of_another_form_is_one_clear_line(data: Path, content: object) -> None:
    (data / "runtimes.json.gz").write_bytes(gzip.compress(json.dumps(content).encode()))
    with pytest.raises(CatalogError, match="another form"):
        catalog.runtime("python3.12")


@pytest.mark.parametrize("content", [[], {"packages": {}}, {"packages": {"moto": {}}}])
def test_a_manifest_of_another_form_is_one_clear_line(data: Path, content: object) -> None:
    (data / "manifest.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CatalogError, match=r"manifest\.json"):
        catalog.generated_on()


def test_age() -> None:
    newest = catalog.generated_on()
    assert catalog.age_days(today=newest) == 0
    assert catalog.generated_on("runtimes") <= newest
    assert catalog.age_days("iam", today=date(2027, 4, 1)) == 365
    with pytest.raises(CatalogError):
        catalog.generated_on("no-such-table")


@pytest.mark.parametrize("name", ["../manifest", "iam/../../x", "iam/", "", "iam/s3\n", "iam/a/b"])
def test_a_name_from_a_program_opens_no_other_file(name: str) -> None:
    assert not loader.has(name)
