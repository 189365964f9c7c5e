"""Search terms, and ids for periods of time."""
