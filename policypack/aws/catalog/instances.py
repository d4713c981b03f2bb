"""Questions about EC2 instance types and where they are offered."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from policypack.aws.catalog.geography import region_of_zone_id
from policypack.aws.catalog.loader import CatalogError, hand_rows, has, load, rows
from policypack.aws.catalog.packing import members


@dataclass(frozen=True)
class InstanceType:
    """Attributes of an EC2 instance type, as `describe-instance-types` gives them in us-east-1.

    Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceTypeInfo.html, by
    way of moto's copy. Memory is in MiB, instance store in GB, throughput in MB/s. `None` stands
    for what AWS does not state of this type. `hypervisor` is "nitro", "xen" or "" (bare metal);
    `ebs_optimized` is "default", "supported" or "unsupported"; `ena`, `ebs_nvme` and
    `instance_store_nvme` are "required", "supported" or "unsupported".
    """

    name: str
    vcpus: int
    cores: int | None
    valid_cores: tuple[int, ...]
    valid_threads_per_core: tuple[int, ...]
    memory_mib: int
    architectures: tuple[str, ...]
    manufacturer: str
    virtualization_types: tuple[str, ...]
    hypervisor: str
    boot_modes: tuple[str, ...]
    root_device_types: tuple[str, ...]
    usage_classes: tuple[str, ...]
    placement_strategies: tuple[str, ...]
    current_generation: bool
    bare_metal: bool
    burstable: bool
    hibernation: bool
    auto_recovery: bool
    dedicated_hosts: bool
    enclaves: bool
    nitro_tpm: bool
    ebs_optimized: str
    ebs_nvme: str
    ebs_encryption: bool
    ebs_attachments: int | None
    ebs_attachments_shared: bool
    ebs_baseline_iops: int | None
    ebs_maximum_iops: int | None
    ebs_baseline_throughput_mbps: float | None
    ebs_maximum_throughput_mbps: float | None
    instance_store_gb: int
    instance_store_nvme: str
    ena: str
    efa: bool
    ipv6: bool
    network_cards: int | None
    network_interfaces: int | None
    ipv4_per_interface: int | None
    ipv6_per_interface: int | None
    accelerators: int

    @property
    def family(self) -> str:
        """The part before the dot: `m5` of `m5.large`."""
        return self.name.partition(".")[0]

    @property
    def instance_store(self) -> bool:
        """Whether the type has disks of its own."""
        return self.instance_store_gb > 0


@cache
def instance_type(name: str) -> InstanceType | None:
    """What is known of an EC2 instance type; None when its attributes are not in the catalog."""
    table = load("instance_types")
    position = rows("instance_types").get(name)
    if position is None:
        return None
    try:
        columns = table["columns"]
        values = {
            field.name: _cell(columns[field.name], position) for field in fields(InstanceType)[1:]
        }
        values["burstable"] = values["burstable"] or _marked_burstable(name)
        return InstanceType(name=name, **values)
    except (KeyError, IndexError, TypeError):
        raise CatalogError(
            "the catalog file data/instance_types.json.gz has another form than expected"
        ) from None


def is_known_instance_type(name: str) -> bool:
    """Whether any source names this type; False for a misspelt one and for one too new."""
    return name in rows("instance_types") or name in load("instance_types")["names_only"]


@cache
def instance_type_names() -> tuple[str, ...]:
    """All instance types that any source names, sorted; for "did you mean"."""
    table = load("instance_types")
    return tuple(sorted([*rows("instance_types"), *table["names_only"]]))


def is_known_instance_family(family: str) -> bool:
    """Whether some known instance type is of this family; a new family makes rules silent."""
    return family in _families()


@cache
def _families() -> frozenset[str]:
    return frozenset(name.partition(".")[0] for name in instance_type_names())


def offered(name: str, zone_id: str) -> bool | None:
    """Whether an instance type is offered in a zone, given by its id (`use1-az4`).

    None when the zone or the type is not in the catalog, or only the type's region is known.
    AWS adds offerings all the time: False is a reason to warn with the catalog's date.
    Source: `describe-instance-type-offerings --location-type availability-zone-id`, by moto.
    """
    region = region_of_zone_id(zone_id)
    if region is None or not has(f"offerings/{region}"):
        return None
    zones: list[str] = load(f"offerings/{region}")["zones"]
    mask = rows(f"offerings/{region}").get(name)
    if zone_id not in zones or mask == 0:
        return None
    if mask is None:
        return False if name in rows("instance_types") else None
    return bool(mask >> zones.index(zone_id) & 1)


def zones_offering(name: str, region: str) -> tuple[str, ...] | None:
    """The zone ids of a region that offer an instance type; None when that is not known.

    An empty result says that the type exists, and that this region does not offer it.
    """
    if not has(f"offerings/{region}"):
        return None
    zones: list[str] = load(f"offerings/{region}")["zones"]
    mask = rows(f"offerings/{region}").get(name)
    if mask is None:
        return () if zones and name in rows("instance_types") else None
    return members(zones, mask) if mask else None


def offered_in_region(name: str, region: str) -> bool | None:
    """Whether a region offers an instance type; None when the type or region is not known.

    Sources: cfn-lint's price-list data and moto's `describe-instance-type-offerings`, united.
    """
    if not has(f"offerings/{region}"):
        return None
    if name in rows(f"offerings/{region}"):
        return True
    return False if is_known_instance_type(name) else None


def _marked_burstable(name: str) -> bool:
    # moto's copy lacks the flag for the newest families.
    families = {row["family"] for row in hand_rows("burstable_families")}
    return name.partition(".")[0] in families


def _cell(column: dict[str, list[Any]], position: int) -> Any:
    value = column["values"][column["index"][position]]
    return tuple(value) if isinstance(value, list) else value
