"""Icebreaker's domain: who is coming, whom they already know, and how they are told; also the Lambda layer."""
