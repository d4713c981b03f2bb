"""Facts that AWS publishes, as questions. See `loader.py` for how they are kept."""
