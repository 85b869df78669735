"""The chart app-template of bjw-s-labs, and whatever else takes the values of its common library."""
