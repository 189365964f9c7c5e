"""Brokers of django-q2 that wake the worker, through the database or Redis, and by polling."""
