"""Admin pages of integrations: list, form, tokens, limits, pauses and webhooks."""
