"""What builds the site of the docs."""
