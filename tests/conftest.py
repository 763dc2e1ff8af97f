"""What tests of several kinds share."""

from hypothesis import HealthCheck, settings

# One example may meet a cold import or a busy machine: how long it takes says nothing.
settings.register_profile("icebreaker", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("icebreaker")
