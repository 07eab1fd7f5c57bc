"""Who takes a lead, by when, and why."""
