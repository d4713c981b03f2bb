"""EC2 instance types with their attributes, as `describe-instance-types` gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tools.catalog.sources import Sources, encode

NAME = "instance_types"
SOURCES = ("botocore", "cfn-lint", "moto")

Row = dict[str, Any]


def _at(*path: str, default: Any = None) -> Callable[[Row], Any]:
    def read(row: Row) -> Any:
        value: Any = row
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return default if value is None else value

    return read


def _accelerators(row: Row) -> int:
    gpus = _at("GpuInfo", "Gpus", default=[])(row)
    neuron = _at("NeuronInfo", "NeuronDevices", default=[])(row)
    inference = _at("InferenceAcceleratorInfo", "Accelerators", default=[])(row)
    fpgas = _at("FpgaInfo", "Fpgas", default=[])(row)
    return sum(item.get("Count", 0) for item in [*gpus, *(neuron or inference), *fpgas])


FIELDS: dict[str, Callable[[Row], Any]] = {
    "vcpus": _at("VCpuInfo", "DefaultVCpus"),
    "cores": _at("VCpuInfo", "DefaultCores"),
    "valid_cores": _at("VCpuInfo", "ValidCores", default=[]),
    "valid_threads_per_core": _at("VCpuInfo", "ValidThreadsPerCore", default=[]),
    "memory_mib": _at("MemoryInfo", "SizeInMiB"),
    "architectures": _at("ProcessorInfo", "SupportedArchitectures", default=[]),
    "manufacturer": _at("ProcessorInfo", "Manufacturer", default=""),
    "virtualization_types": _at("SupportedVirtualizationTypes", default=[]),
    "hypervisor": _at("Hypervisor", default=""),
    "boot_modes": _at("SupportedBootModes", default=[]),
    "root_device_types": _at("SupportedRootDeviceTypes", default=[]),
    "usage_classes": _at("SupportedUsageClasses", default=[]),
    "placement_strategies": _at("PlacementGroupInfo", "SupportedStrategies", default=[]),
    "current_generation": _at("CurrentGeneration"),
    "bare_metal": _at("BareMetal"),
    "burstable": _at("BurstablePerformanceSupported"),
    "hibernation": _at("HibernationSupported"),
    "auto_recovery": _at("AutoRecoverySupported"),
    "dedicated_hosts": _at("DedicatedHostsSupported"),
    "enclaves": lambda row: row.get("NitroEnclavesSupport") == "supported",
    "nitro_tpm": lambda row: row.get("NitroTpmSupport") == "supported",
    "ebs_optimized": _at("EbsInfo", "EbsOptimizedSupport"),
    "ebs_nvme": _at("EbsInfo", "NvmeSupport", default="unsupported"),
    "ebs_encryption": lambda row: _at("EbsInfo", "EncryptionSupport")(row) == "supported",
    "ebs_attachments": _at("EbsInfo", "MaximumEbsAttachments"),
    "ebs_attachments_shared": lambda row: _at("EbsInfo", "AttachmentLimitType")(row) == "shared",
    "ebs_baseline_iops": _at("EbsInfo", "EbsOptimizedInfo", "BaselineIops"),
    "ebs_maximum_iops": _at("EbsInfo", "EbsOptimizedInfo", "MaximumIops"),
    "ebs_baseline_throughput_mbps": _at("EbsInfo", "EbsOptimizedInfo", "BaselineThroughputInMBps"),
    "ebs_maximum_throughput_mbps": _at("EbsInfo", "EbsOptimizedInfo", "MaximumThroughputInMBps"),
    "instance_store_gb": _at("InstanceStorageInfo", "TotalSizeInGB", default=0),
    "instance_store_nvme": _at("InstanceStorageInfo", "NvmeSupport", default="unsupported"),
    "ena": _at("NetworkInfo", "EnaSupport"),
    "efa": _at("NetworkInfo", "EfaSupported"),
    "ipv6": _at("NetworkInfo", "Ipv6Supported"),
    "network_cards": _at("NetworkInfo", "MaximumNetworkCards"),
    "network_interfaces": _at("NetworkInfo", "MaximumNetworkInterfaces"),
    "ipv4_per_interface": _at("NetworkInfo", "Ipv4AddressesPerInterface"),
    "ipv6_per_interface": _at("NetworkInfo", "Ipv6AddressesPerInterface"),
    "accelerators": _accelerators,
}


def build(sources: Sources) -> dict[str, bytes]:
    """Attributes by column, each a list of distinct values and an index for each type."""
    described = sources.moto_json("ec2/resources/instance_types.json.gz")
    enumerated = set(sources.botocore_enum("ec2", "InstanceType"))
    for region in sources.cfnlint_by_region("aws_ec2_instance", "instancetype_enum").values():
        enumerated |= set(region["enum"])
    names = sorted(described)
    columns = {
        field: _column([read(described[name]) for name in names]) for field, read in FIELDS.items()
    }
    rows = {name: position for position, name in enumerate(names)}
    table = {"rows": rows, "columns": columns, "names_only": sorted(enumerated - set(names))}
    return {f"{NAME}.json.gz": encode(table)}


def _column(values: list[Any]) -> dict[str, list[Any]]:
    distinct: dict[str, int] = {}
    kept: list[Any] = []
    index = []
    for value in values:
        key = repr(value)
        if key not in distinct:
            distinct[key] = len(kept)
            kept.append(value)
        index.append(distinct[key])
    return {"values": kept, "index": index}
