"""Which integrations may send now, and how much."""
