"""Applies stored webhook events to messages and recipients."""
