"""One folder per Lambda; each handler only turns an AWS event into a call of ``shared.pipeline`` and back."""
