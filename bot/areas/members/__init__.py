"""Members and their accounts, and the one unsolicited message a day."""
