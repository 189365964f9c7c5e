"""User accounts and their rights."""
