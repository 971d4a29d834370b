"""The settings, from the environment and Muster's own `.env`. Secrets are never printed."""

from __future__ import annotations

import difflib
import logging
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import quote, unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot import env_file
from bot.errors import ConfigError
from bot.urls import is_local, origin, url_parts

PREFIX = "MUSTER_"
TEST_VARIABLES = frozenset({"MUSTER_NO_SKIP", "MUSTER_SPECS", "MUSTER_GOLDEN"})
"""Variables of the test suite, which may be set when a bot is started."""
SHORTEST_KEY = 16
"""Characters. Shorter parts of a node's address are no keys but words like "v3"."""

_TELEGRAM_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{3,}")
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")  # https://core.telegram.org/bots/api#setwebhook
_SQLITE = "sqlite+aiosqlite:///"
_DATABASES = (_SQLITE, "postgresql+psycopg://")

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """Every setting; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8",
        extra="ignore",  # other programs can share the file; `load` refuses unknown names that begin like ours
        env_ignore_empty=True,
        hide_input_in_errors=True,
    )

    data_dir: Annotated[Path, Field(validate_default=True)] = Path("data")
    database_url: SecretStr | None = None

    discord_token: SecretStr | None = None
    discord_api: str | None = None
    discord_api_ca: Path | None = None
    telegram_token: SecretStr | None = None
    telegram_api: str = "https://api.telegram.org"
    telegram_webhook: bool = False
    telegram_webhook_secret: SecretStr | None = None
    telegram_paid_broadcast_stars: Annotated[int, Field(ge=0)] = 0

    public_url: str | None = None
    host: str = "127.0.0.1"
    port: Port = 8080
    playground: bool | None = None
    playground_port: Port = 8765

    chain_id: Annotated[int, Field(ge=1)] = 1
    chain_rpc: SecretStr | None = None
    chain_timeout_s: Annotated[float, Field(gt=0, le=60)] = 8.0

    log_format: Literal["console", "json"] = "console"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @field_validator("public_url", "telegram_api", "discord_api")
    @classmethod
    def _is_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if url_parts(value) is None:
            raise ValueError("must be a URL like https://muster.example.org")
        return value.rstrip("/")

    @field_validator("telegram_api", "discord_api")
    @classmethod
    def _is_private(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith("https://") and not is_local(value):
            raise ValueError("must be https, except on this machine: the bot's token is sent there")
        return value

    @field_validator("public_url")
    @classmethod
    def _is_origin(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if urlsplit(value).path:
            raise ValueError("must end after the host name (and port); Muster needs a host name of its own")
        address = origin(value)
        if address is None:
            raise ValueError(
                "has a host name that browsers do not open: use letters, digits, hyphens and dots"
            )
        return address

    @field_validator("chain_rpc")
    @classmethod
    def _is_node(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and url_parts(value.get_secret_value(), bare=False) is None:
            raise ValueError("must be the http(s) URL of an Ethereum node's JSON-RPC")
        return value

    @field_validator("database_url")
    @classmethod
    def _is_database(cls, value: SecretStr | None) -> SecretStr | None:
        try:
            good = value is None or (
                value.get_secret_value().startswith(_DATABASES)
                and urlsplit(value.get_secret_value()).port != 0
                and urlsplit(value.get_secret_value()).path not in ("", "/", "/:memory:")
            )
        except ValueError:
            good = False
        if not good:
            raise ValueError(
                "must be like sqlite+aiosqlite:///data/muster.db or "
                "postgresql+psycopg://user:password@host/database"
            )
        if value is None or not value.get_secret_value().startswith(_SQLITE):
            return value
        begin = Path(quote(str(env_file.folder())))
        return SecretStr(f"{_SQLITE}{begin / value.get_secret_value().removeprefix(_SQLITE)}")

    @field_validator("discord_token")
    @classmethod
    def _is_discord_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch(r"[!-~]+", value.get_secret_value()):
            raise ValueError("must be the token of the Bot page, without spaces or the word Bot before it")
        return value

    @field_validator("telegram_token")
    @classmethod
    def _is_telegram_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _TELEGRAM_TOKEN.fullmatch(value.get_secret_value()):
            raise ValueError("must be the token from @BotFather, digits:letters")
        return value

    @field_validator("telegram_webhook_secret")
    @classmethod
    def _is_webhook_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not _WEBHOOK_SECRET.fullmatch(value.get_secret_value()):
            raise ValueError("must be 16 to 256 of A-Z a-z 0-9 _ and -")
        return value

    @field_validator("discord_api_ca")
    @classmethod
    def _is_file(cls, value: Path | None) -> Path | None:
        if value is not None and not (env_file.folder() / value).is_file():
            raise ValueError("there is no such file")
        return env_file.folder() / value if value is not None else None

    @field_validator("data_dir")
    @classmethod
    def _is_folder(cls, value: Path) -> Path:
        value = env_file.folder() / value
        if value.exists() and not value.is_dir():
            raise ValueError("is not a folder")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        problems = []
        if self.telegram_webhook and not self.telegram_webhook_secret:
            problems.append(
                "MUSTER_TELEGRAM_WEBHOOK needs MUSTER_TELEGRAM_WEBHOOK_SECRET: any 32 letters and digits"
            )
        if self.telegram_webhook and not (self.public_url or "").startswith("https://"):
            problems.append("MUSTER_TELEGRAM_WEBHOOK needs MUSTER_PUBLIC_URL with https")
        if self.public_url and not self.public_url.startswith("https://") and not self.is_local:
            problems.append(
                "MUSTER_PUBLIC_URL must be https, except on this machine: wallets refuse plain http"
            )
        if not self.plays and not self.has_tokens:
            problems.append("MUSTER_PLAYGROUND is off and no token is set, so there is nothing to serve")
        if problems:
            raise ValueError("\n".join(problems))
        return self

    @property
    def has_tokens(self) -> bool:
        """Whether a real platform is served."""
        return self.discord_token is not None or self.telegram_token is not None

    @property
    def plays(self) -> bool:
        """Whether the playground is opened; by default if no real platform is served."""
        return self.playground if self.playground is not None else not self.has_tokens

    @property
    def is_local(self) -> bool:
        """Whether the public pages are for this machine only."""
        return self.public_url is None or is_local(self.public_url)

    def secrets(self) -> list[str]:
        """Returns everything that must never be printed: secret values, and parts of them that are secret alone."""
        values = (getattr(self, name) for name in type(self).model_fields)
        found = {
            part
            for value in values
            if isinstance(value, SecretStr)
            for part in _secret_parts(value.get_secret_value())
        }
        return sorted(found | {quote(part, safe="") for part in found}, key=len, reverse=True)

    @property
    def store_url(self) -> str:
        """The database's URL with its password, for the store only."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return _SQLITE + quote(str(self.data_dir / "muster.db"))

    @property
    def database_file(self) -> Path | None:
        """The file of an SQLite database; None with PostgreSQL."""
        if not self.store_url.startswith(_SQLITE):
            return None
        return Path(unquote(self.store_url.removeprefix(_SQLITE).split("?")[0]))


def load(**overrides: object) -> Settings:
    """Loads the settings of this installation.

    Raises:
        ConfigError: one line for each problem, without the values.
    """
    # Warnings of dotenv would repeat problems that this function reports.
    logging.getLogger("dotenv").setLevel(logging.ERROR)
    strange = [*_strange(os.environ.keys() - {env_file.VARIABLE}), *_strange_lines()]
    try:
        settings = Settings(_env_file=env_file.path(), **overrides)  # type: ignore[arg-type, call-arg]  # pydantic checks them
    except ValidationError as wrong:
        lines = [line for lines in problems(wrong).values() for line in lines]
        raise ConfigError("\n".join(strange + lines)) from None
    if strange:
        raise ConfigError("\n".join(strange))
    return settings


def problems(wrong: ValidationError) -> dict[str, list[str]]:
    """Returns the problems by setting ("" for those of several settings): a line for each, without the values."""
    found: dict[str, list[str]] = {}
    for error in wrong.errors(include_input=False, include_context=False, include_url=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        for line in error["msg"].removeprefix("Value error, ").splitlines():
            found.setdefault(name, []).append(f"{PREFIX}{name.upper()}: {line}" if name else line)
    return found


def names() -> list[str]:
    """Returns the environment variables of all settings."""
    return [PREFIX + name.upper() for name in Settings.model_fields]


def _strange(given: Iterable[str]) -> Iterator[str]:
    """Yields a line for each name that begins like a setting but is none, as that is most likely a mistake."""
    known = names()
    for name in sorted({name.upper() for name in given}):
        if name.startswith(PREFIX) and name not in known and name not in TEST_VARIABLES:
            bare = [each.removeprefix(PREFIX) for each in known]
            near = difflib.get_close_matches(name.removeprefix(PREFIX), bare, 1)
            meant = f"Did you mean {PREFIX}{near[0]}?" if near else ".env.example lists all."
            yield f"{name}: there is no such setting. {meant}"


def _strange_lines() -> Iterator[str]:
    """Yields a line for each mistake in the `.env` file, if there is one. Raises ConfigError if it cannot be read."""
    bindings = env_file.bindings()
    for binding in bindings:
        if binding.error:
            yield f"{env_file.path()}: line {binding.original.line} is not NAME=value"
        elif binding.key == env_file.VARIABLE:
            yield f"{env_file.VARIABLE}: this has no effect in the file itself. Set it in the environment."
    yield from _strange(
        binding.key for binding in bindings if binding.key and binding.key != env_file.VARIABLE
    )


def _secret_parts(secret: str) -> Iterator[str]:
    """Yields the secret and, if it is a URL, its password and its parts that look like keys."""
    yield secret
    if "://" not in secret:
        return
    parts = urlsplit(secret)
    if parts.password:
        yield from (parts.password, unquote(parts.password))
    if parts.scheme in ("http", "https"):
        pieces = [*parts.path.split("/"), *re.split(r"[&=]", parts.query), parts.fragment]
        yield from (piece for piece in pieces if len(piece) >= SHORTEST_KEY)
