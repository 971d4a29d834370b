"""The servers and groups of a union, and the codes that connect them."""
