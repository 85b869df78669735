"""What git knows of a repository: the files of its index, and every file that was ever committed.

git itself is asked, by its plumbing commands and their machine formats; nothing is written.
"""
