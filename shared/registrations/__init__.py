"""A ticketing platform's webhook becomes a Registration; one module per platform."""

from shared.registrations.registration import Purpose, Registration, Status

__all__ = ["Purpose", "Registration", "Status"]
