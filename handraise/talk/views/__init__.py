"""Pages of talking: notes, tasks, news, and where they reach a person."""
