"""The timeline of one message: attempts and webhook events, in order."""
