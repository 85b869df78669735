"""Programs: what they do with secrets in their arguments, on their input, in their environment."""
