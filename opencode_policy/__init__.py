"""Prove that a GitOps repository meets its written requirements."""

__version__ = "0.1.0"
