"""The private notes about things that wait: which thing each member was told of, and who wants no notes."""
