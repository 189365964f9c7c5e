"""The gateway's document, read independently of the console."""
