"""How the worker is woken: through our own database or Redis, and by looking at the rows itself."""
