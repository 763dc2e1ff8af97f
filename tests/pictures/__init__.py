"""Pictures of what people get to see, for the docs and for whoever changes it: ``python -m tests.pictures mails``."""
