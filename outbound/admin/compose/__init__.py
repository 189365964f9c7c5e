"""The pages of composing: the form with its preview, the review, and sending."""
