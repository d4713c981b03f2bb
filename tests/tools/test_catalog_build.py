"""`python -m tools.catalog`: same bytes from same inputs, and nothing changed on a fault."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tools.catalog import __main__ as command
from tools.catalog import constraints, fetch, offerings, regions, runtimes, tags
from tools.catalog.fetch import read_pins
from tools.catalog.pages import catalog_page
from tools.catalog.registry import tables
from tools.catalog.sources import CatalogBuildError, Package, Sources, encode, pack

PINS = [
    "botocore==1.0.0 --hash=sha256:aa  # released 2026-01-02",
    "# npm:@aws-cdk/aws-service-spec==0.1.0 --integrity=sha512-bb  # released 2026-01-03",
]


def write(path: Path, content: Any) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_bytes(gzip.compress(text.encode()) if path.suffix == ".gz" else text.encode())


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Packages with two regions, two instance types, one runtime and two Pulumi types."""
    site = tmp_path / "site"
    moto = site / "moto" / "ec2" / "resources" / "instance_type_offerings"
    a1 = [{"InstanceType": "m5.large", "Location": zone} for zone in ("use1-az2", "use1-az1")]
    write(moto / "availability-zone-id" / "us-east-1.json.gz", a1)
    write(moto / "region" / "us-east-1.json.gz", [{"InstanceType": "t3.nano", "Location": "x"}])
    lint = site / "cfnlint"
    extensions = lint / "data" / "schemas" / "extensions"
    write(
        extensions / "aws_ec2_instance" / "instancetype_enum.json",
        {"description": "by region", "eu-west-1": {"enum": ["m5.large"]}},
    )
    write(lint / "helpers.py", 'AVAILABILITY_ZONES = {"us-east-1": ["us-east-1b", "us-east-1a"]}')
    days = {
        "create-block": None,
        "deprecated": "2025-01-02",
        "successor": "p2",
        "update-block": None,
    }
    write(lint / "data" / "AdditionalSpecs" / "LmbdRuntimeLifecycle.json", {"p1": days})
    model = {"shapes": {"Runtime": {"type": "string", "enum": ["p1", "p2"]}}}
    write(site / "botocore" / "data" / "lambda" / "2015-03-31" / "service-2.json.gz", model)
    partition = {
        "id": "aws",
        "regionRegex": r"^us\-\w+\-\d+$",
        "outputs": {"dnsSuffix": "amazonaws.com", "implicitGlobalRegion": "us-east-1"},
        "regions": {"us-east-1": {"description": "Virginia"}, "aws-global": {}},
    }
    write(site / "botocore" / "data" / "partitions.json", {"partitions": [partition]})
    write(site / "pulumi_aws" / "s3" / "bucket.py", BUCKET)
    write(site / "pulumi_aws" / "s3" / "policy.py", BUCKET.replace("tags", "policy"))
    return Sources(site, tmp_path / "db.json.gz", {"moto": Package("moto", "1", "2026-01-01")})


BUCKET = """
class BucketArgs:
    def __init__(__self__, *,
                 tags: pulumi.Input[Optional[Mapping[str, pulumi.Input[str]]]] = None):
        pass
class Bucket:
    def _internal_init(__self__):
        super(Bucket, __self__).__init__(
            'aws:s3/bucket:Bucket')
    def tags_all(self) -> pulumi.Output[Mapping[str, str]]:
        pass
"""


def content(files: dict[str, bytes], name: str) -> Any:
    return json.loads(gzip.decompress(files[name]))


def test_offerings_are_masks_of_zones(sources: Sources) -> None:
    files = offerings.build(sources)
    assert content(files, "offerings/us-east-1.json.gz") == {
        "zones": ["use1-az1", "use1-az2"],
        "rows": {"m5.large": 3, "t3.nano": 0},
    }
    assert content(files, "offerings/eu-west-1.json.gz") == {"zones": [], "rows": {"m5.large": 0}}


def test_regions(sources: Sources) -> None:
    table = content(regions.build(sources), "regions.json.gz")
    assert table["rows"]["us-east-1"]["zone_names"] == ["us-east-1a", "us-east-1b"]
    assert table["rows"]["us-east-1"]["zone_ids"] == ["use1-az1", "use1-az2"]
    assert table["rows"]["aws-global"]["pseudo"]


def test_runtimes(sources: Sources) -> None:
    assert content(runtimes.build(sources), "runtimes.json.gz")["rows"] == {
        "p1": ["2025-01-02", None, None, "p2"],
        "p2": [None, None, None, None],
    }


def test_tags(sources: Sources) -> None:
    assert content(tags.build(sources), "tags.json.gz")["rows"] == {
        "aws:s3/bucket:Bucket": ["map", 1]
    }


def test_the_same_inputs_give_the_same_bytes(sources: Sources, tmp_path: Path) -> None:
    wanted = [offerings, regions, runtimes, tags]
    again = Sources(sources.site, sources.service_spec_db, sources.packages)
    first = command.build(sources, wanted, tmp_path)
    assert first == command.build(again, wanted, tmp_path)
    assert list(first) != []


def test_packed_bytes_have_no_time_and_no_order() -> None:
    assert encode({"b": 1, "a": "é"}) == encode({"a": "é", "b": 1})
    assert gzip.decompress(pack(b"x" * 1000)) == b"x" * 1000
    assert pack(b"x")[4:8] == b"\0\0\0\0"


def test_the_manifest_has_versions_dates_and_rows(sources: Sources, tmp_path: Path) -> None:
    files = command.build(sources, [runtimes], tmp_path)
    manifest = json.loads(files["manifest.json"])
    assert manifest["packages"]["moto"] == {"version": "1", "released": "2026-01-01"}
    row = {"sources": ["botocore", "cfn-lint"], "rows": 2, "files": 1}
    assert manifest["tables"] == {"runtimes": row}
    page = catalog_page(manifest)
    assert "| runtimes | botocore, cfn-lint | 2 | 1 |" in page


def test_one_table_alone_leaves_the_others(sources: Sources, tmp_path: Path) -> None:
    data = tmp_path / "data"
    command.replace(data, command.build(sources, [runtimes, tags], data))
    before = (data / "runtimes.json.gz").read_bytes()
    files = command.build(sources, [tags], data)
    assert files["runtimes.json.gz"] == before
    assert set(json.loads(files["manifest.json"])["tables"]) == {"runtimes", "tags"}


def test_files_of_a_table_that_is_gone_go(sources: Sources, tmp_path: Path) -> None:
    data = tmp_path / "data"
    write(data / "gone.json.gz", {})
    command.replace(data, command.build(sources, [tags], data))
    assert sorted(path.name for path in data.iterdir()) == ["manifest.json", "tags.json.gz"]


def test_check_names_the_tables_that_differ(
    sources: Sources,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    data = tmp_path / "data"
    files = command.build(sources, [runtimes, tags], data)
    page = tmp_path / "docs" / "catalog.md"
    write(page, catalog_page(json.loads(files["manifest.json"])))
    monkeypatch.setattr(command, "PAGE", page)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    command.replace(data, files)
    assert command.check(files, data) == 0
    # Packed by another build of zlib, the same table is not another table.
    (data / "tags.json.gz").write_bytes(gzip.compress(gzip.decompress(files["tags.json.gz"]), 1))
    assert command.check(files, data) == 0
    (data / "tags.json.gz").write_bytes(encode({"rows": {}}))
    (data / "extra.json.gz").write_bytes(encode({}))
    assert command.check(files, data) == 1
    assert "differs from a fresh build: extra, tags;" in capsys.readouterr().out


def test_a_source_without_its_file_is_one_sentence(tmp_path: Path) -> None:
    empty = Sources(tmp_path, tmp_path / "db.json.gz")
    with pytest.raises(CatalogBuildError, match=r"^LmbdRuntimeLifecycle.json is not where"):
        runtimes.build(empty)


def test_a_fault_exits_2_with_one_line_and_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse() -> Sources:
        raise CatalogBuildError("the registry did not answer")

    monkeypatch.setattr(command, "fetch", refuse)
    monkeypatch.setattr(command, "DATA", tmp_path / "data")
    assert command.main([]) == 2
    assert capsys.readouterr().err == "catalog: the registry did not answer\n"
    assert not (tmp_path / "data").exists()
    assert command.main(["--only", "no-such-table"]) == 2
    assert "there is no table no-such-table" in capsys.readouterr().err


def test_pins(tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    write(file, "\n".join(["# a remark", "", *PINS]))
    pins = read_pins(file)
    assert pins["botocore"].package == Package("botocore", "1.0.0", "2026-01-02")
    assert pins["@aws-cdk/aws-service-spec"].integrity == "sha512-bb"


@pytest.mark.parametrize(
    "line", ["moto", "moto==1", "moto==1 --hash=sha256:aa", "# npm:x==1 --integrity=sha512-bb"]
)
def test_a_line_that_pins_nothing_is_named(tmp_path: Path, line: str) -> None:
    write(tmp_path / "r.txt", "\n".join([*PINS, line]))
    with pytest.raises(CatalogBuildError, match=r"^r\.txt line 3 is not NAME==VERSION"):
        read_pins(tmp_path / "r.txt")


def test_the_projects_own_pins_are_complete() -> None:
    named = {source for table in tables() for source in table.SOURCES}
    assert named <= set(read_pins())


@pytest.mark.parametrize(
    ("stderr", "text"),
    [
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM", "does not have the hash pinned"),
        ("WARNING: Retrying ... connection broken by 'X'\nERROR: none", "registry did not answer"),
        ("ERROR: No matching distribution", "pip did not get moto 1: No matching distribution"),
        ("", "it gave no reason"),
    ],
)
def test_what_pip_says_becomes_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stderr: str, text: str
) -> None:
    def fail(command: list[str], *_: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, 1, "", stderr)

    monkeypatch.setattr(fetch, "_run", fail)
    with pytest.raises(CatalogBuildError, match=re.escape(text)):
        fetch._pip_install(tmp_path, fetch.Pin(Package("moto", "1", "2026-01-01"), "sha256:aa"))


def test_an_npm_package_with_another_hash_is_refused(tmp_path: Path) -> None:
    archive = tmp_path / "x.tgz"
    archive.write_bytes(b"content")
    digest = base64.b64encode(hashlib.sha512(b"content").digest()).decode()
    package = Package("spec", "1", "2026-01-01")
    fetch._check_integrity(archive, fetch.Pin(package, f"sha512-{digest}"))
    with pytest.raises(CatalogBuildError, match="the download of spec does not"):
        fetch._check_integrity(archive, fetch.Pin(package, "sha512-other"))


def test_a_client_that_is_missing_is_named() -> None:
    with pytest.raises(CatalogBuildError, match=r"^npm is not installed"):
        fetch._run(["no-such-program-anywhere"], "npm")


def test_every_hand_kept_facet_has_its_page_and_the_day_it_was_read() -> None:
    rows = [row for of_type in constraints.read_overrides().values() for row in of_type.values()]
    assert rows
    assert all(constraints.was_read(row) for row in rows)


@pytest.mark.parametrize(
    "row",
    [
        {"set": {"maximum": 1}, "checked": "2026-11-24"},
        {"set": {"maximum": 1}, "source": "https://docs.example/page"},
        {"set": {"maximum": 1}, "source": "https://docs.example/page", "checked": "last week"},
        {"set": {"maximum": 1}, "source": "https://docs.example/page", "checked": None},
        {"set": {"maximum": 1}, "source": "somebody said so", "checked": "2026-11-24"},
    ],
)
def test_a_hand_kept_facet_that_nobody_read_is_refused(tmp_path: Path, row: Any) -> None:
    file = tmp_path / "overrides.json"
    file.write_text(json.dumps({"aws:sqs/queue:Queue": {"delaySeconds": row}}))
    with pytest.raises(CatalogBuildError, match=r"^overrides.json: aws:sqs/queue:Queue delaySec"):
        constraints.read_overrides(file)
