"""Composing: the form, its live preview, the review, and the click that sends."""
