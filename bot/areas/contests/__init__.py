"""Calls that collect entries and votes and end with a ranking."""
