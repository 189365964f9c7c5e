"""The compose form and the structured fields it is made of."""
