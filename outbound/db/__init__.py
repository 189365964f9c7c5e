"""What raw SQL statements share, and what SQLite and lost connections need."""
