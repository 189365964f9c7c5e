"""Integrations: the list, the form, tokens, limits, pauses and webhooks."""
