"""The door that the gateway knocks at."""
