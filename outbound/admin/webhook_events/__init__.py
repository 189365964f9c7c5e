"""Webhook events: the list, the detail page, unknown status words."""
