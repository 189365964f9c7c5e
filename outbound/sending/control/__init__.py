"""What a person does to sends, integrations and messages after the launch."""
