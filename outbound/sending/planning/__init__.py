"""From a draft to one message row per recipient."""
