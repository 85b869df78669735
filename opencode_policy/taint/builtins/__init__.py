"""The shell's own commands, by what they act on."""
