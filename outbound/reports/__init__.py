"""Counts messages for people, and exports the history."""
