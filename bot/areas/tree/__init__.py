"""Endorsements, support bases, leadership and its rules, trust, and activation."""
