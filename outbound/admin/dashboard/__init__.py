"""The home page and the reports."""
