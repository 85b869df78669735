"""Symbolic execution of shell scripts: what they do to a volume, on every path they can take."""
