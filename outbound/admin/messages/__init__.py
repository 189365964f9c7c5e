"""The history of messages: list, detail, export, resending."""
