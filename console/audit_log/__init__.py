"""The pages of the audit log: list, filters, search and single entries."""
