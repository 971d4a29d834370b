"""The one `.env` file that Muster reads: its own, never that of the folder in which it happens to be called.

Somebody else's `.env` could send the bot's token to an address of theirs.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import Binding, parse_stream

from bot.errors import ConfigError

VARIABLE = "MUSTER_ENV_FILE"
_LOOKED_AT = 64 * 1024
HOME = Path(__file__).resolve().parent.parent
"""The folder that this program is in."""


def path(environment: Mapping[str, str] = os.environ) -> Path | None:
    """Returns the file that `MUSTER_ENV_FILE` names, or else `.env` in the checkout that this program is in.

    It need not exist. None if Muster was installed without a checkout, as in a container.
    """
    named = environment.get(VARIABLE)
    if named:
        return Path(named).absolute()
    return HOME / ".env" if (HOME / "pyproject.toml").is_file() else None


def folder() -> Path:
    """Returns the folder that relative paths in settings begin from: the file's, or the working directory."""
    file = path()
    return file.parent if file is not None else Path.cwd()


def bindings() -> list[Binding]:
    """Returns the lines of the file; none if it does not exist.

    Raises ConfigError if it cannot be read, or if it does not exist although `MUSTER_ENV_FILE` names it.
    """
    file = path()
    if file is None:
        return []
    try:
        with file.open(encoding="utf-8") as lines:
            return list(parse_stream(lines))
    except FileNotFoundError:
        if os.environ.get(VARIABLE):
            raise ConfigError(f"{VARIABLE}: there is no file {file}. Make it with: muster init") from None
        return []
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{file} cannot be read ({why}).") from None


def ignored() -> str | None:
    """Returns a notice if the working directory has a `.env` with settings of Muster that is not read."""
    here, file = Path.cwd() / ".env", path()
    try:
        if (file is not None and here.resolve() == file.resolve()) or not here.is_file():
            return None  # also no pipe or device, which could be read without end
        with here.open("rb") as lines:
            if b"MUSTER_" not in lines.read(_LOOKED_AT):
                return None
    except OSError:
        return None
    return (
        f"{here} is not read: Muster's settings are in {file or 'the environment'}. "
        f"If you want that file, set {VARIABLE}={here}"
    )
