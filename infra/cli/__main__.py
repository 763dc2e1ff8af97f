"""``python -m infra.cli``, for where the command itself is not installed."""

from infra.cli import main

main()
