"""Campaigns: the list, the detail page, pausing and cancelling."""
