"""The history as a spreadsheet, written while it is read: as much memory for a million rows as for a page."""
