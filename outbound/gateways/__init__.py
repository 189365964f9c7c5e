"""The wire: what is sent to a gateway, and what its answers mean. Strangers to the models."""
