"""What can go wrong with a store."""

from __future__ import annotations


class StoreError(Exception):
    """A store cannot be read or written; one line that says why and what to do."""


class StoreAddressError(StoreError):
    """The address itself makes no sense, whatever the store holds."""


class BundleGoneError(StoreError):
    """One bundle vanished between listing and fetching; the others are unharmed."""
