"""Building blocks of raw SQL, SQLite's write lock, and retries after a lost connection."""
