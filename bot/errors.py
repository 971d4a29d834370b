"""The errors that people may see. Each says what is wrong and what to do. Any other error is a bug.

Members and operators see the text of a `MusterError` unchanged.
"""


class MusterError(Exception):
    """A problem that a person can solve. `str(error)` is the whole message in English, including the remedy.

    `words` is the same message as it was given: a phrase can be said in other languages.
    """

    @property
    def words(self) -> str:
        return self.args[0] if self.args else str(self)


class NotAllowed(MusterError):
    """The person may not do this here."""


class BadInput(MusterError):
    """The typed words cannot be used. The text says what to type instead."""


class NotFound(MusterError):
    """The named thing does not exist for this person."""


class TryAgain(MusterError):
    """A service that Muster needs did not answer. Nothing was changed, so the person can try again."""


class StorageError(MusterError):
    """The database cannot be used. Writes are refused until the operator acts."""


class OutcomeUnknown(StorageError):
    """The connection broke while a change was being saved, so it may have been saved or not."""


class ConfigError(MusterError):
    """The settings cannot be used. The text has a line for each problem."""
