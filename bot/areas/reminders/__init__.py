"""Reminders of the day's call, at an hour that the member chose."""
