"""Limits and waits of accounts that outlast a membership, without anything that names the person."""
