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
    """Lower bounds and ratios of a volume type: sizes in GiB, throughput in MiB/s.

    None where the type takes no such value. Upper bounds are left out: AWS raises them.
    """

    least_size: int
    least_iops: int | None = None
    iops_per_gib: int = 0
    least_throughput: int | None = None
    needs_iops: bool = False


VOLUME_TYPES = {
    "gp2": VolumeType(1),
    "gp3": VolumeType(1, 3_000, 500, 125),
    "io1": VolumeType(4, 100, 50, needs_iops=True),
    "io2": VolumeType(4, 100, 1_000, needs_iops=True),
    "st1": VolumeType(125),
    "sc1": VolumeType(125),
    "standard": VolumeType(1),
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
    if isinstance(size, int) and size < known.least_size:
        yield "size", f"{size} GiB is less than the {known.least_size} of {kind}"
    if isinstance(iops, int):
        yield from _iops_faults(kind, known, size, iops)
    if isinstance(throughput, int):
        yield from _throughput_faults(kind, known, iops, throughput)


def _iops_faults(kind: str, known: VolumeType, size: Any, iops: int) -> Iterator[tuple[str, str]]:
    if known.least_iops is None:
        yield "iops", f"{kind} takes no IOPS"
        return
    low = known.least_iops
    if iops < low:
        yield "iops", f"{iops} IOPS is less than the {low} of {kind}"
        return
    most = known.iops_per_gib * size if isinstance(size, int) else None
    if most is not None and iops > max(most, low):
        yield "iops", f"{iops} IOPS is more than {known.iops_per_gib} for each of {size} GiB"


def _throughput_faults(
    kind: str, known: VolumeType, iops: Any, throughput: int
) -> Iterator[tuple[str, str]]:
    if known.least_throughput is None:
        yield "throughput", f"{kind} takes no throughput"
        return
    if throughput < known.least_throughput:
        low = known.least_throughput
        yield "throughput", f"{throughput} MiB/s is less than the {low} of {kind}"
    elif isinstance(iops, int) and throughput * GP3_IOPS_PER_MIB > iops:
        needed = throughput * GP3_IOPS_PER_MIB
        yield "throughput", f"{throughput} MiB/s needs {needed} IOPS, the volume has {iops}"
