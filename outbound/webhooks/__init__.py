"""The address that the gateway posts events to."""
