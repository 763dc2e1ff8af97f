"""Coverage-guided fuzzing of every parser that reads what a stranger can send: `make fuzz MINUTES=60`.

Each target may do one thing with any bytes: read them, or refuse them with the one error it names. Anything else is a
finding, and the input that led to it stays in build/fuzz/findings.
"""
