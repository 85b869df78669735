"""Secrets in text: what a detector finds, and the detectors.

`search.secrets_in` runs them all; each module knows one kind of evidence: the form of a token, a PEM block, a
JWT, base64, a login, the name that a value is given to.
"""
