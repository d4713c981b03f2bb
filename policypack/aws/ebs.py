"""What EBS takes for a volume of each type.

Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVolume.html and
https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class VolumeType:
    """Bounds of a volume type: sizes in GiB, throughput in MiB/s; None where it takes none."""

    sizes: tuple[int, int]
    iops: tuple[int, int] | None = None
    iops_per_gib: int = 0
    throughput: tuple[int, int] | None = None
    needs_iops: bool = False


VOLUME_TYPES = {
    "gp2": VolumeType((1, 16_384)),
    "gp3": VolumeType((1, 65_536), (3_000, 80_000), 500, (125, 2_000)),
    "io1": VolumeType((4, 16_384), (100, 64_000), 50, needs_iops=True),
    "io2": VolumeType((4, 65_536), (100, 256_000), 1_000, needs_iops=True),
    "st1": VolumeType((125, 16_384)),
    "sc1": VolumeType((125, 16_384)),
    "standard": VolumeType((1, 1_024)),
}
GP3_BASE_IOPS = 3_000
# gp3 gives at most a quarter of a MiB/s for each of its IOPS.
GP3_IOPS_PER_MIB = 4


def volume_faults(kind: str, size: Any, iops: Any, throughput: Any) -> Iterator[tuple[str, str]]:
    """Yield what EBS would refuse, as ("size" | "iops" | "throughput", text).

    Args:
        kind: the volume type; one that is not known here has no faults.
        size: in GiB, None where not known or not given; the same for the others.
        iops: provisioned operations a second.
        throughput: in MiB/s.
    """
    known = VOLUME_TYPES.get(kind)
    if known is None:
        return
    low, high = known.sizes
    if isinstance(size, int) and not low <= size <= high:
        yield "size", f"{size} GiB is outside the {low} to {high} of {kind}"
    if isinstance(iops, int):
        yield from _iops_faults(kind, known, size, iops)
    if isinstance(throughput, int):
        yield from _throughput_faults(kind, known, iops, throughput)


def _iops_faults(kind: str, known: VolumeType, size: Any, iops: int) -> Iterator[tuple[str, str]]:
    if known.iops is None:
        yield "iops", f"{kind} takes no IOPS"
        return
    low, high = known.iops
    if not low <= iops <= high:
        yield "iops", f"{iops} IOPS is outside the {low} to {high} of {kind}"
        return
    most = known.iops_per_gib * size if isinstance(size, int) else None
    if most is not None and iops > max(most, low):
        yield "iops", f"{iops} IOPS is more than {known.iops_per_gib} for each of {size} GiB"


def _throughput_faults(
    kind: str, known: VolumeType, iops: Any, throughput: int
) -> Iterator[tuple[str, str]]:
    if known.throughput is None:
        yield "throughput", f"{kind} takes no throughput"
        return
    low, high = known.throughput
    if not low <= throughput <= high:
        yield "throughput", f"{throughput} MiB/s is outside the {low} to {high} of {kind}"
    elif isinstance(iops, int) and throughput * GP3_IOPS_PER_MIB > iops:
        needed = throughput * GP3_IOPS_PER_MIB
        yield "throughput", f"{throughput} MiB/s needs {needed} IOPS, the volume has {iops}"
