"""What deploys, runs and operates Icebreaker: the local stack, the command line, the demo."""
