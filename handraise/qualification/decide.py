"""Which moves between stages are allowed, and which one is next."""
