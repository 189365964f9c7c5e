"""Upper bounds of forms, JSON texts and lists; larger input is refused before it is processed.

Django checks its own limits first: 1000 fields and 2.5 MB in a form (`DATA_UPLOAD_MAX_*`).
"""

from __future__ import annotations

# JSON written by a person. The longest list that WhatsApp accepts has about 50 values.
MAX_JSON_LENGTH = 200_000
MAX_JSON_VALUES = 1_000
MAX_JSON_DEPTH = 16
MAX_INTEGER_DIGITS = 18  # a database column holds 19

# The people of a draft: selected, which takes a form field each, or pasted as text.
MAX_PICKED = 900
MAX_PASTED_LENGTH = 200_000

# A template's text has 1024 characters, so it names at most 179 fields.
MAX_TEMPLATE_FIELDS = 200

# The networks that webhook events are accepted from.
MAX_RANGES = 100
MAX_RANGES_LENGTH = 5_000
