"""The authentication backend; its dotted path is stored in sessions."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend


class OneQuestionBackend(ModelBackend):
    """Django's own backend. Each session stores this dotted path, so renaming it signs everybody out."""
