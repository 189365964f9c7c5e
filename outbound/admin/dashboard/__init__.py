"""The first page and the reports."""
