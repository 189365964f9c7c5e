"""Message templates: the list, the form, archiving."""
