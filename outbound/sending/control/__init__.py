"""What a person does to a campaign that was launched."""
