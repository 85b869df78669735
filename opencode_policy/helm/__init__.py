"""Helm releases of Flux: what their values become, as far as files can tell."""
