"""Settings, from the environment and `.env`. Secrets are never printed."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.errors import ConfigError

Port = Annotated[int, Field(ge=0, le=65535)]


class Settings(BaseSettings):
    """Every setting; `.env.example` explains each."""

    model_config = SettingsConfigDict(
        env_prefix="MUSTER_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="forbid",
        env_ignore_empty=True,
    )

    data_dir: Path = Path("data")
    database_url: SecretStr | None = None

    discord_token: SecretStr | None = None
    discord_api: str | None = None
    discord_api_ca: Path | None = None
    telegram_token: SecretStr | None = None
    telegram_api: str = "https://api.telegram.org"
    telegram_webhook: bool = False
    telegram_webhook_secret: SecretStr | None = None

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
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError("must be a URL like https://muster.example.org")
        return value.rstrip("/")

    @field_validator("telegram_token")
    @classmethod
    def _is_telegram_token(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and ":" not in value.get_secret_value():
            raise ValueError("must be the token from @BotFather, digits:letters")
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Settings:
        if self.telegram_webhook and not self.telegram_webhook_secret:
            raise ValueError(
                "MUSTER_TELEGRAM_WEBHOOK needs MUSTER_TELEGRAM_WEBHOOK_SECRET: any 32 letters and digits"
            )
        if self.telegram_webhook and not (self.public_url or "").startswith("https://"):
            raise ValueError("MUSTER_TELEGRAM_WEBHOOK needs MUSTER_PUBLIC_URL with https")
        if (
            self.public_url
            and not self.public_url.startswith("https://")
            and not _is_loopback(self.public_url)
        ):
            raise ValueError(
                "MUSTER_PUBLIC_URL must be https, except on this machine: wallets refuse plain http"
            )
        return self

    @property
    def has_tokens(self) -> bool:
        """Whether a real platform is served."""
        return self.discord_token is not None or self.telegram_token is not None

    @property
    def plays(self) -> bool:
        """Whether the playground is opened: by default when there is no real platform."""
        return self.playground if self.playground is not None else not self.has_tokens

    def secrets(self) -> list[SecretStr]:
        """Everything that must never be printed."""
        values = (getattr(self, name) for name in type(self).model_fields)
        return [value for value in values if isinstance(value, SecretStr)]

    @property
    def store_url(self) -> str:
        """The database's URL, with its password: for the store only."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite+aiosqlite:///{self.data_dir / 'muster.db'}"


def load(**overrides: object) -> Settings:
    """The settings of this installation.

    Raises:
        ConfigError: one line for each problem, without the values.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks them
    except ValidationError as wrong:
        raise ConfigError(
            "\n".join(_line(dict(error)) for error in wrong.errors(include_input=False))
        ) from None


def _line(error: dict[str, object]) -> str:
    where = error["loc"]
    name = "_".join(str(part) for part in where) if isinstance(where, tuple) and where else ""
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        known = "MUSTER_" + name.removeprefix("muster_").upper()
        return f"{known}: there is no such setting; .env.example lists all"
    return f"MUSTER_{name.upper()}: {message}" if name else message


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
