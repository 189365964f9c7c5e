"""How much one form, one JSON text or one list may hold, whoever sends it. Nothing beyond it is worked on.

Django's own limits come first: a form has at most 1000 fields and 2.5 MB (`DATA_UPLOAD_MAX_*`).
"""

from __future__ import annotations

# JSON that somebody wrote. The longest list that WhatsApp takes holds about 50 values.
MAX_JSON_LENGTH = 200_000
MAX_JSON_VALUES = 1_000
MAX_JSON_DEPTH = 16
MAX_INTEGER_DIGITS = 18  # a column of the database takes 19

# A draft's people: ticked in the form, each of them one of its fields, or pasted as text.
MAX_PICKED = 900
MAX_PASTED_LENGTH = 200_000

# A template's text has 1024 characters, so it names at most 179 fields.
MAX_TEMPLATE_FIELDS = 200

# The networks that a webhook's events may come from.
MAX_RANGES = 100
MAX_RANGES_LENGTH = 5_000
