"""From a stored event to what it changes: read, matched to a message, applied, upward only."""
