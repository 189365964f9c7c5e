"""Messages that may have gone out without an answer, and how a person resolves them."""
