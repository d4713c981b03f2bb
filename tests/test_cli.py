from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from policypack.cli import main
from policypack.rules.registry import Registry, collect
from tests.programs import write_program

ROOT = Path(__file__).parent.parent
RULE = "elbv2-alb-subnets-single-az"
SOUND = "import pulumi_aws as aws\naws.sns.Topic('news')\n"
BROKEN = """
    import pulumi_aws as aws
    vpc = aws.ec2.Vpc("shop", cidr_block="10.0.0.0/16")
    subnets = [
        aws.ec2.Subnet(f"s{n}", vpc_id=vpc.id, cidr_block=f"10.0.{n}.0/24",
                       availability_zone="eu-west-1a")
        for n in range(2)
    ]
    aws.lb.LoadBalancer("web", load_balancer_type="application",
                        subnets=[one.id for one in subnets])
"""
CONFIG = ("--config", "aws:region=eu-west-1")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture(scope="session")
def registry() -> Registry:
    return collect(importlib.import_module("policies"))


@pytest.fixture
def run(registry: Registry, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*arguments: str | Path) -> tuple[int, str, str]:
        code = main([str(one) for one in arguments], registry)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_program(tmp_path / "sound", SOUND)


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    return write_program(tmp_path / "broken", BROKEN)


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "input.json"
    path.write_text(text, "utf-8")
    return path


def assert_one_sentence(result: tuple[int, str, str], *says: str) -> None:
    code, out, err = result
    assert code == 2
    assert out == ""
    assert err.startswith("policypack: ")
    assert err.count("\n") == 1
    assert "Traceback" not in err
    for text in says:
        assert text in err


def test_missing_program(run: Run, tmp_path: Path) -> None:
    assert_one_sentence(run("preview", tmp_path / "no"), "there is no folder", "no")
    assert_one_sentence(run("preview", tmp_path), "has no Pulumi.yaml")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not JSON", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ("[]", "holds no JSON object"),
        ('{"elbv2-alb-subnets-single-as": "advisory"}', RULE),
        (json.dumps({RULE: {"no-such-setting": 1}}), "no-such-setting"),
        (json.dumps({RULE: "loud"}), "loud"),
        (json.dumps({RULE: {"exemptions": [{"urn": "*", "until": "2099-01-01"}]}}), "reason"),
        (json.dumps({RULE: {"exemptions": [{"urn": "*", "reason": "", "until": "2099-01-01"}]}}),
         "reason"),
    ],
)  # fmt: skip
def test_bad_policy_config(run: Run, sound: Path, tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    assert_one_sentence(run("preview", sound, "--policy-config", path), says)


def test_unreadable_files(run: Run, sound: Path, tmp_path: Path) -> None:
    for option in ("--policy-config", "--baseline"):
        assert_one_sentence(run("preview", sound, option, tmp_path / "no"), "cannot read")
    assert_one_sentence(run("audit", tmp_path / "no"), "cannot read")
    assert_one_sentence(run("audit", tmp_path), "cannot read")
    no_baseline = written(tmp_path, "{}")
    assert_one_sentence(run("preview", sound, "--baseline", no_baseline), 'no list "known"')
    assert_one_sentence(run("preview", sound, "--output", tmp_path / "a" / "b"), "cannot write")


@pytest.mark.parametrize("pair", ["novalue", "=value"])
def test_bad_config(run: Run, sound: Path, pair: str) -> None:
    assert_one_sentence(run("preview", sound, "--config", pair), pair, "KEY=VALUE")


def test_audit_of_junk(run: Run, tmp_path: Path) -> None:
    for text in ("junk", "{}", '{"deployment": {"resources": [7]}}'):
        result = run("audit", written(tmp_path, text))
        assert_one_sentence(result, "input.json", "pulumi stack export")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    assert_one_sentence(run("audit", tmp_path / "binary"), "is no text")


def test_audit(run: Run, tmp_path: Path) -> None:
    state = json.dumps({"version": 3, "deployment": {"resources": []}})
    code, out, err = run("audit", written(tmp_path, state))
    assert (code, err) == (0, "")
    assert "Nothing found." in out


def test_unknown_domain(run: Run) -> None:
    assert_one_sentence(run("list", "--domain", "nowhere"), 'no domain "nowhere"', "network")


def test_a_program_that_throws(run: Run, tmp_path: Path) -> None:
    source = "import helper\ndef build():\n    helper.fail()\nbuild()\n"
    files = {"helper.py": "def fail():\n    raise RuntimeError('own fault')\n"}
    code, out, err = run("preview", write_program(tmp_path, source, files=files))
    assert (code, out) == (2, "")
    assert err.startswith("Traceback (most recent call last):\n")
    assert err.endswith("RuntimeError: own fault\n")
    assert "policypack" not in err
    assert "runpy" not in err
    assert err.count("  File ") == 3


@pytest.mark.parametrize(("leaves", "code"), [("sys.exit()", 0), ("exit(0)", 0), ("exit(3)", 2)])
def test_a_program_that_leaves(run: Run, tmp_path: Path, leaves: str, code: int) -> None:
    source = f"import sys\nimport pulumi_aws as aws\naws.sns.Topic('news')\n{leaves}\n"
    assert run("preview", write_program(tmp_path, source))[0] == code


def test_an_interrupted_preview_says_so(tmp_path: Path) -> None:
    source = "import time\nprint('started', flush=True)\ntime.sleep(60)\n"
    # What a shell starts in the background does not hear SIGINT by itself.
    hears = (
        "import runpy, signal\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "runpy.run_module('policypack', run_name='__main__')"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", hears, "preview", str(write_program(tmp_path, source))],
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline() == "started\n"
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=30)
    assert (process.returncode, told) == (130, "policypack: interrupted, nothing was judged\n")


def test_a_program_with_a_syntax_error(run: Run, tmp_path: Path) -> None:
    code, _, err = run("preview", write_program(tmp_path, "def ("))
    assert code == 2
    assert "SyntaxError" in err
    assert "policypack" not in err


def test_a_name_too_long(run: Run, tmp_path: Path) -> None:
    source = "import pulumi_aws as aws\naws.lb.TargetGroup('t' * 25)\n"
    code, out, err = run("preview", write_program(tmp_path, source))
    assert (code, out) == (2, "")
    assert err.startswith("error: could not make instance of 'aws:lb/targetGroup:TargetGroup': ")
    assert err.count("\n") == 1


def test_sound_and_broken(run: Run, sound: Path, broken: Path) -> None:
    code, out, err = run("preview", sound)
    assert (code, err) == (0, "")
    assert out.endswith("Nothing found.\n")
    code, out, err = run("preview", broken, *CONFIG)
    assert (code, err) == (1, "")
    assert f"{RULE}  (aws:lb:LoadBalancer: web)" in out


def test_baseline_makes_known_findings_advisory(run: Run, broken: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    code, out, _ = run("baseline", broken, *CONFIG, "--output", known)
    assert code == 0
    assert f"written to {known}" in out
    assert any(RULE in one for one in json.loads(known.read_text())["known"])
    code, out, _ = run("preview", broken, *CONFIG, "--baseline", known)
    assert code == 0
    assert "Known: in the baseline." in out


def test_an_export_has_a_baseline_too(run: Run, tmp_path: Path) -> None:
    vpc = "urn:pulumi:dev::shop::aws:ec2/vpc:Vpc::main"
    row = {"urn": vpc, "type": "aws:ec2/vpc:Vpc", "inputs": {"cidrBlock": "10.0.0.0/8"}}
    state = written(tmp_path, json.dumps({"deployment": {"resources": [row]}}))
    known = tmp_path / "known.json"
    assert run("audit", state)[0] == 1
    assert run("baseline", state, "--output", known)[0] == 0
    code, out, _ = run("audit", state, "--baseline", known)
    assert code == 0
    assert "Known: in the baseline." in out


def test_reports_name_the_entry_point(run: Run, broken: Path) -> None:
    _, out, _ = run("preview", broken, *CONFIG, "--format", "sarif")
    (location,) = json.loads(out)["runs"][0]["results"][0]["locations"]
    uri = location["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (broken / "__main__.py").resolve().as_posix()


def test_a_missing_value_and_a_urn_given_twice_are_one_sentence(run: Run, tmp_path: Path) -> None:
    missing = "import pulumi\npulumi.Config().require('size')\n"
    code, out, err = run("preview", write_program(tmp_path / "missing", missing))
    assert (code, out) == (2, "")
    assert err.startswith("error: Missing required configuration variable ")
    assert "Traceback" not in err
    twice = "import pulumi_aws as aws\naws.sns.Topic('news')\naws.sns.Topic('news')\n"
    code, out, err = run("preview", write_program(tmp_path / "twice", twice))
    assert (code, out) == (2, "")
    assert err.startswith("error: Duplicate resource URN ")
    assert err.count("\n") == 1


def test_output_is_written(run: Run, broken: Path, tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    code, out, _ = run("preview", broken, *CONFIG, "--format", "json", "--output", path)
    assert (code, out) == (1, "")
    assert RULE in {one["rule"] for one in json.loads(path.read_text("utf-8"))["findings"]}


def test_list(run: Run, registry: Registry) -> None:
    code, out, _ = run("list")
    assert code == 0
    assert len(out.splitlines()) == len(registry.rules)
    _, out, _ = run("list", "--domain", "network", "--format", "json")
    assert {row["domain"] for row in json.loads(out)} == {"network"}
    _, out, _ = run("list", "--type", "aws:alb/loadBalancer:LoadBalancer")
    assert RULE in out


def test_help_and_usage(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, code in ((("--help",), 0), ((), 2), (("nonsense",), 2)):
        with pytest.raises(SystemExit) as caught:
            run(*arguments)
        assert caught.value.code == code
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(("kind", "code"), [("broken", 1), ("missing", 2)])
def test_as_a_process(broken: Path, tmp_path: Path, kind: str, code: int) -> None:
    folder = broken if kind == "broken" else tmp_path / "missing"
    done = subprocess.run(
        [sys.executable, "-m", "policypack", "preview", str(folder), *CONFIG],
        cwd=ROOT,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == code
    assert "Traceback" not in done.stderr
    assert (RULE in done.stdout) is (code == 1)


def test_a_python_without_pulumi_hands_over_to_the_environment() -> None:
    if not (ROOT / "venv").exists():
        pytest.skip("there is no venv beside the pack")
    done = subprocess.run(
        [sys.executable, "-S", "-m", "policypack", "list", "--domain", "network"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "vpc-subnet-cidr-overlap" in done.stdout


def test_no_pulumi_anywhere_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = importlib.import_module("policypack.__main__")
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "find_spec", lambda _: None)
    assert command.main() == 2
    told = capsys.readouterr().err
    assert "run `make setup` once" in told
    assert told.count("\n") == 1
