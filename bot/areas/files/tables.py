"""Pictures that members gave, the columns in which other areas show them, and pictures that were shown."""

from enum import StrEnum

from sqlalchemy import Column, ForeignKey, Index, Integer, Table, UniqueConstraint

from bot.storage.columns import HISTORY, data, member, moment, of_union, own_id, partial_index, table, words
from bot.storage.types import Id

files = table(
    "files",
    own_id(),
    of_union(),
    member("member_id", HISTORY),
    words("mime"),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    data("data"),
    moment("at"),
    Index(None, "member_id"),
    Index(None, "at"),
)


# Other pictures that were shown, like drawings, for as long as their answer may be repeated or their message waits.
shown = table(
    "kept_pictures",
    own_id(),
    words("owner"),  # "platform:native_id" of the account that saw it, or "union 1" of a union's messages
    data("digest"),  # SHA-256, by which the same picture is kept once
    data("data"),
    moment("at"),  # when it was last shown
    UniqueConstraint("owner", "digest"),
    Index(None, "at"),
)


class Kept(StrEnum):
    """How long Muster keeps a picture that a row of another area shows."""

    WITH_ROW = "with row"
    """As long as the row, even after the member who gave the picture leaves."""
    WITH_MEMBER = "with member"
    """As long as the member who gave it stays."""
    AS_PROOF = "as proof"
    """For `PROOFS_KEPT`, and no longer than the member stays."""


def shown_file(kept: Kept) -> Column[int]:
    """The column of a row that shows a picture; null: none. Its table needs a `show_index`."""
    return Column("file_id", Id, ForeignKey("files.id"), nullable=True, info={"kept": kept})


def show_index(shows: Table) -> Index:
    """The index of the rows that show a picture. Without it, erasing a picture would read every row."""
    column = shows.c.file_id
    return partial_index(f"ix_{shows.name}_file_id", column, where=column.is_not(None))
