"""Members who were expelled from a union, and those who are banned in all of its places."""
