"""The drills, one to a file."""
