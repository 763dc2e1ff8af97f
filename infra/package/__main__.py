"""``python -m icebreaker``."""

from . import main

main()
