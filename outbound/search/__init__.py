"""Finds records by a search term, and messages by period or campaign."""
