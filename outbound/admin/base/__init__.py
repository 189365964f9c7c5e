"""What the pages of all records share."""
