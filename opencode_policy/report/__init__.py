"""Reports of a run: pure functions from a view of the result to a text."""
