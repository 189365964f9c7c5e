"""What the sandbox answers and posts back."""
