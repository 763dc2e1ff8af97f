"""A whole event in minutes on the local stack: its steps, its readers, and what it leaves to look at."""
