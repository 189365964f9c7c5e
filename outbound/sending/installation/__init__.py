"""Whether this installation is the one that its database belongs to."""
