"""The messages of all sends: list, detail, export, resending."""
