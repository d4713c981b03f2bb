"""The planned stack, as a rule sees it."""
