"""Deployment failures of the compute layer."""
