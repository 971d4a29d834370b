"""Alembic scripts; `bot.storage.migrate` runs them."""
