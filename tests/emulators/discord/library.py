"""discord.py, imported past the warning that its voice part gives (`audioop` leaves Python with 3.13)."""

import warnings

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "'audioop' is deprecated", DeprecationWarning)
    import discord
    from discord import app_commands

__all__ = ["app_commands", "discord"]
