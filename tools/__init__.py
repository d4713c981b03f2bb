"""Developers' commands; nothing here is part of the running pack."""
