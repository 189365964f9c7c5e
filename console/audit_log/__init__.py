"""The page of the audit log: the list, its filters and search, and what an entry says."""
