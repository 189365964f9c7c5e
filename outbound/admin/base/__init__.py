"""What the admin pages of all records share."""
