"""Crowds that look made up, shown to moderators with the evidence."""
