"""Checks of production settings, security headers, and redaction of logs and error reports."""
