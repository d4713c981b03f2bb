"""Organisation-wide: publish, enable, and previews that are made to run the pack."""

from __future__ import annotations

import io
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.conftest import copy_example
from tests.e2e.harness import ROOT, Cli, Result, finding_of
from tests.e2e.stand_ins.service import Pack, Service, serve
from tools.publish import stage

ORGANISATION = "acme"
STACK = f"{ORGANISATION}/network-failures/dev"


def archived(pack: Pack) -> set[str]:
    """Return the files of a published pack, without the folder that the CLI puts around them."""
    with tarfile.open(fileobj=io.BytesIO(pack.archive), mode="r:gz") as archive:
        names = [one.name for one in archive.getmembers() if one.isfile()]
    return {name.removeprefix("package/") for name in names}


@pytest.fixture(scope="module")
def published(cloud: Cli) -> subprocess.CompletedProcess[str]:
    """What `make publish` says."""
    return subprocess.run(
        ["make", "publish", f"ORG={ORGANISATION}"],
        cwd=ROOT,
        env=dict(cloud.environment),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_publish_stages_what_a_consumer_runs(
    published: subprocess.CompletedProcess[str], service: Service, tmp_path: Path
) -> None:
    assert published.returncode == 0, published.stdout + published.stderr
    assert f"Publishing to {ORGANISATION}" in published.stdout
    pack = service.packs[0]
    assert pack.name == "aws-preflight"
    assert pack.complete
    assert archived(pack) == {str(one) for one in stage(ROOT, tmp_path / "staged")}
    assert service.unanswered_writes == []


def test_published_policies_are_described(
    published: subprocess.CompletedProcess[str], service: Service
) -> None:
    policies = {one["name"]: one for one in service.packs[0].request["policies"]}
    assert "preflight-settings" in policies
    assert all(one["description"] for one in policies.values())
    assert "exemptions" in policies["preflight-settings"]["configSchema"]["properties"]


@pytest.fixture(scope="module")
def local(previewed: Callable[[str], Result]) -> Result:
    """What a preview with the checkout's pack finds."""
    return previewed("network-failures")


@pytest.fixture(scope="module")
def dropped(local: Result) -> str:
    """A rule that the organisation does not want."""
    return str(next(one.rule for one in local.findings if one.level == "mandatory"))


@pytest.fixture(scope="module")
def folder(cloud: Cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    copy = copy_example("network-failures", tmp_path_factory.mktemp("organisation"))
    cloud.new_stack(copy, STACK)
    return copy


def enable(cloud: Cli, folder: Path, rule: str) -> Result:
    config = folder / "policy-config.json"
    config.write_text(f'{{"{rule}": "disabled"}}', encoding="utf-8")
    return cloud.run(
        *("policy", "enable", f"{ORGANISATION}/aws-preflight", "latest", "--config", str(config)),
        cwd=folder,
    )


@pytest.fixture(scope="module")
def required(
    published: subprocess.CompletedProcess[str], cloud: Cli, folder: Path, dropped: str
) -> Result:
    """A preview without --policy-pack in a stack of the organisation."""
    enabled = enable(cloud, folder, dropped)
    assert enabled.exit_code == 0, enabled.text
    return cloud.preview(folder, stack=STACK)


def test_required_pack_finds_the_same(required: Result, local: Result, dropped: str) -> None:
    assert required.findings, required.text
    assert required.findings == [one for one in local.findings if one.rule != dropped]
    assert "aws-preflight@v" in required.text
    assert "local:" not in required.text


def test_mandatory_finding_fails_the_preview(required: Result) -> None:
    assert required.exit_code != 0
    assert "error: preview failed" in required.text


def test_configuration_of_the_group_holds(required: Result, local: Result, dropped: str) -> None:
    assert local.of_rule(dropped)
    assert not required.of_rule(dropped)


def test_service_is_told_the_findings(required: Result, service: Service) -> None:
    told = [one["policyEvent"] for one in service.events if one.get("policyEvent")]
    assert sorted(map(finding_of, told)) == required.findings


def test_second_version_replaces_the_first(
    required: Result, cloud: Cli, service: Service, folder: Path, dropped: str, tmp_path: Path
) -> None:
    stage(ROOT, tmp_path / "next")
    manifest = tmp_path / "next" / "PulumiPolicy.yaml"
    old = service.packs[0].tag
    text = manifest.read_text(encoding="utf-8").replace(f"version: {old}", "version: 99.0.0")
    manifest.write_text(text, encoding="utf-8")
    script = str(ROOT / "tools" / "publish.py")
    command = [sys.executable, script, ORGANISATION, "--pack", str(tmp_path / "next")]
    done = subprocess.run(
        command, env=dict(cloud.environment), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert enable(cloud, folder, dropped).exit_code == 0

    result = cloud.preview(folder, stack=STACK)
    assert {one["policyPackVersionTag"] for one in result.policy_events} == {"99.0.0"}
    assert result.findings == required.findings


def test_version_is_published_once(published: subprocess.CompletedProcess[str], cloud: Cli) -> None:
    again = subprocess.run(
        [sys.executable, str(ROOT / "tools" / "publish.py"), ORGANISATION],
        env=dict(cloud.environment),
        capture_output=True,
        text=True,
        check=False,
    )
    assert again.returncode not in (0, 2)
    assert "exists already" in again.stdout + again.stderr


def test_checkout_can_be_published_as_it_is(cloud: Cli) -> None:
    with serve() as service:
        plain = cloud.with_environment(PULUMI_BACKEND_URL=service.url)
        result = plain.run("policy", "publish", ORGANISATION, cwd=ROOT)
        assert result.exit_code == 0, result.text
        files = archived(service.packs[0])
    assert {"PulumiPolicy.yaml", "__main__.py", "policies/__init__.py"} <= files
    left_out = ("venv/", ".tools/", ".git/", ".catalog-venv/", ".hypothesis/")
    assert not [one for one in files if one.startswith(left_out) or "__pycache__" in one]
