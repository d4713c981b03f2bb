"""What the end-to-end tests share: a CLI, its plugins, and examples with their stacks."""

from __future__ import annotations

import functools
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.harness import (
    MISSING,
    ROOT,
    Cli,
    Result,
    environment,
    find_pulumi,
    make_plugins,
    write_project,
)
from tests.e2e.stand_ins.service import Service, serve


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.e2e)


@pytest.fixture(scope="session")
def pulumi() -> Path:
    found = find_pulumi()
    if found is not None:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


@pytest.fixture(scope="session")
def plugins(pulumi: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plugins")
    make_plugins(folder, pulumi)
    return folder


@pytest.fixture(scope="session")
def cli(pulumi: Path, plugins: Path, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """A CLI whose stacks are kept in files."""
    backend = tmp_path_factory.mktemp("state")
    home = tmp_path_factory.mktemp("home")
    return Cli(pulumi, environment(home, plugins, f"file://{backend}"))


@pytest.fixture(scope="session")
def example(cli: Cli, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A copy of an example, with a stack; made once."""

    @functools.cache
    def make(name: str) -> Path:
        folder = copy_example(name, tmp_path_factory.mktemp("examples"))
        cli.new_stack(folder)
        return folder

    return make


@pytest.fixture(scope="session")
def previewed(cli: Cli, example: Callable[[str], Path]) -> Callable[[str], Result]:
    """What the CLI says of an example with this checkout's pack; run once."""

    @functools.cache
    def preview(name: str) -> Result:
        return cli.preview(example(name), ROOT)

    return preview


def copy_example(name: str, folder: Path) -> Path:
    ignore = shutil.ignore_patterns("venv", "__pycache__")
    return Path(shutil.copytree(ROOT / "examples" / name, folder / name, ignore=ignore))


@pytest.fixture
def project(cli: Cli, tmp_path: Path) -> Callable[[str], Path]:
    """Make a project of a program's text, with a stack."""

    def make(program: str) -> Path:
        # Stacks of one backend are told apart by their projects.
        name = f"shop-{tmp_path.parent.name}-{tmp_path.name}"
        folder = write_project(tmp_path / name, program, name=name)
        cli.new_stack(folder)
        return folder

    return make


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with serve() as running:
        yield running


@pytest.fixture(scope="module")
def cloud(
    service: Service, pulumi: Path, plugins: Path, tmp_path_factory: pytest.TempPathFactory
) -> Cli:
    """A CLI that is logged in to the stand-in for Pulumi Cloud."""
    home = tmp_path_factory.mktemp("cloud-home")
    variables = environment(home, plugins, service.url)
    return Cli(pulumi, {**variables, "PULUMI_ACCESS_TOKEN": "token"})
