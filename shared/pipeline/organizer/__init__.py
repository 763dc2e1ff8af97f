"""The organizer's pages: a module for each of them, and the way in."""
