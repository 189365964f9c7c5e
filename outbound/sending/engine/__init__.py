"""The sender: claims rows, delivers them and records the results."""
