"""The compose form and its fields."""
