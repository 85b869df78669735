"""SARIF 2.1.0, as GitHub code scanning, GitLab and editors read it."""
