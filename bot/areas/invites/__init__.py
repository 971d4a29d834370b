"""Members' invitation codes, and the members who joined with them."""
