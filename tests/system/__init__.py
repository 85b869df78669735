"""Tests of the shell scripts and the manifests by real programs: shells, git, OpenSSL, kubectl."""
