"""The emulator's own tests."""

from .fixtures import emulator

__all__ = ["emulator"]
