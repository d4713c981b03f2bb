"""Values and combinations that AWS refuses."""
