"""The people to whom the founder gave the moderation of the whole union."""
