"""The steps of the pipeline, one module for each function of the same name; each takes its services as arguments."""
