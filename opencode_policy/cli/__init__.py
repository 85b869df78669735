"""The command line: reads arguments and the environment, writes reports, decides the exit code."""
