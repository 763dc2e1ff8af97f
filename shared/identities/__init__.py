"""A handle, profile address, e-mail address or phone number becomes an Identity: (network, canonical handle)."""
