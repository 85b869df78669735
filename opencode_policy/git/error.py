"""What goes wrong with git; apart, so that whoever catches it need not import what starts programs."""


class GitError(Exception):
    """git is not there, or it refused; the text says so to a person."""
