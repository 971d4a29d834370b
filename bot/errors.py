"""Errors that a person may see. Each says what is wrong and what to do; anything else is a bug.

The text of a `MusterError` is shown to members and operators as it stands.
"""


class MusterError(Exception):
    """Something a person can act on; `str(error)` is the whole message, remedy included."""


class NotAllowed(MusterError):
    """The person may not do this here."""


class BadInput(MusterError):
    """What was typed cannot be used; the text says what to type instead."""


class NotFound(MusterError):
    """What was named does not exist for this person."""


class TryAgain(MusterError):
    """A part that Muster relies on did not answer; nothing was changed and trying again is right."""


class StorageError(MusterError):
    """The database cannot be used; writes are refused until the operator acts."""


class ConfigError(MusterError):
    """The settings are not usable; one line per problem."""
