"""Joining two members who agree that they are one person."""
