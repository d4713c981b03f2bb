"""What EBS refuses of a volume's size, IOPS and throughput; the bounds are the catalog's.

AWS raises upper bounds, so what is above them is told apart from what is refused. Source of the
base and the ratio of gp3: https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from policypack.aws.catalog import EbsVolumeType, ebs_volume_type

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
    known = ebs_volume_type(kind)
    if known is None:
        return
    least = known.gib[0]
    if isinstance(size, int) and size < least:
        yield "size", f"{size} GiB is less than the {least} of {kind}"
    if isinstance(iops, int):
        yield from _iops_faults(known, size, iops)
    if isinstance(throughput, int):
        yield from _throughput_faults(known, iops, throughput)


def volume_excess(kind: str, size: Any, iops: Any, throughput: Any) -> Iterator[tuple[str, str]]:
    """Yield what is above the bounds of the catalog; arguments and result as `volume_faults`."""
    known = ebs_volume_type(kind)
    if known is None:
        return
    for key, value, unit, bounds in (
        ("size", size, "GiB", known.gib),
        ("iops", iops, "IOPS", known.iops),
        ("throughput", throughput, "MiB/s", known.throughput_mibps),
    ):
        if isinstance(value, int) and bounds and value > bounds[1]:
            yield key, f"{value} {unit} is more than the {bounds[1]} known of {kind}"


def _iops_faults(known: EbsVolumeType, size: Any, iops: int) -> Iterator[tuple[str, str]]:
    if known.iops is None:
        yield "iops", f"{known.type} takes no IOPS"
        return
    least = known.iops[0]
    if iops < least:
        yield "iops", f"{iops} IOPS is less than the {least} of {known.type}"
        return
    ratio = known.iops_per_gib
    if ratio is not None and isinstance(size, int) and iops > max(ratio * size, least):
        yield "iops", f"{iops} IOPS is more than {ratio} for each of {size} GiB"


def _throughput_faults(
    known: EbsVolumeType, iops: Any, throughput: int
) -> Iterator[tuple[str, str]]:
    if known.throughput_mibps is None:
        yield "throughput", f"{known.type} takes no throughput"
        return
    least = known.throughput_mibps[0]
    if throughput < least:
        yield "throughput", f"{throughput} MiB/s is less than the {least} of {known.type}"
    elif isinstance(iops, int) and throughput * GP3_IOPS_PER_MIB > iops:
        needed = throughput * GP3_IOPS_PER_MIB
        yield "throughput", f"{throughput} MiB/s needs {needed} IOPS, the volume has {iops}"
