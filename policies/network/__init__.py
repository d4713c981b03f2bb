"""Failure modes of VPCs and networking."""
