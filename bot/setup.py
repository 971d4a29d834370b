"""`muster init`: asks for the settings that are needed, and writes `.env`, which only its owner may read."""

from __future__ import annotations

import contextlib
import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer
from dotenv import dotenv_values
from pydantic import ValidationError

from bot import env_file
from bot.config import PREFIX, Settings, problems
from bot.errors import ConfigError

_PLAIN = re.compile(r"[A-Za-z0-9_:./?=&%@+~,-]*")
_ASSIGNED = re.compile(r"\s*(?:export\s+)?(\w+)\s*=")


@dataclass(frozen=True, slots=True)
class SettingQuestion:
    """The question for one setting, with an explanation."""

    setting: str
    title: str
    explanation: str
    secret: bool = False
    only_after: tuple[str, ...] = ()
    """The question is asked if one of these settings is set, or always if this is empty."""

    @property
    def variable(self) -> str:
        """The setting's name in `.env`."""
        return PREFIX + self.setting.upper()


QUESTIONS = (
    SettingQuestion(
        "discord_token",
        "Discord bot token",
        "https://discord.com/developers/applications: New Application, then Bot, Reset Token. "
        "docs/operating.md says how to invite it.",
        secret=True,
    ),
    SettingQuestion(
        "telegram_token",
        "Telegram bot token",
        "In Telegram, write /newbot to @BotFather; it answers with the token, digits:letters.",
        secret=True,
    ),
    SettingQuestion(
        "public_url",
        "Public address",
        "Where members open the wallet page, like https://muster.example.org: the name of your reverse "
        "proxy, with https. Without it wallet links work on this machine only.",
        only_after=("discord_token", "telegram_token"),  # the playground has an address of its own
    ),
    SettingQuestion(
        "chain_rpc",
        "Ethereum node",
        "The JSON-RPC URL of a node, your own or a provider's. Without it everything works except wallets "
        "that are contracts, like a Safe.",
        secret=True,
    ),
    SettingQuestion(
        "chain_id",
        "Chain id",
        "The chain of that node: 1 is Ethereum, 8453 Base, 11155111 Sepolia.",
        only_after=("chain_rpc",),
    ),
)


def ask(path: Path) -> None:
    """Asks all questions, checks each answer as `run` would, and writes the file at once or not at all.

    An existing file keeps its lines, except those of settings that were answered. Raises ConfigError when the file
    cannot be read or written, typer.Abort when the input ends.
    """
    path = path.resolve()
    present = _read(path)
    if path.exists() and not typer.confirm(f"{path} exists. Change it? Lines not asked about stay."):
        typer.echo("Nothing was changed.")
        raise typer.Exit(1)
    typer.echo("Everything is optional: press Enter to leave a thing as it is, or unset.")
    known = {name.removeprefix(PREFIX).lower(): value for name, value in present.items() if value}
    answers: dict[str, str] = {}
    for question in QUESTIONS:
        after = question.only_after
        if not after or any(setting in (known | answers) for setting in after):
            answer = _answer(question, known | answers)
            if answer:
                answers[question.setting] = answer
    _write(path, {PREFIX + setting.upper(): value for setting, value in answers.items()})
    typer.echo(f"Wrote {path}; only you can read it. Next: muster doctor, then muster run.")
    own = env_file.path()
    if own is None or path != own.resolve():
        typer.echo(f"That is not the file that Muster reads by itself: set {env_file.VARIABLE}={path}")


def _answer(question: SettingQuestion, before: dict[str, str]) -> str:
    """Asks until the answer is good or empty. A secret is not shown while it is typed."""
    typer.echo(f"\n{question.title}. {question.explanation}")
    otherwise = "Enter keeps the present one" if question.setting in before else "Enter for none"
    while True:
        # Without a terminal nothing is shown, and a hidden prompt would look for another terminal.
        hidden = question.secret and sys.stdin.isatty()
        answer: str = typer.prompt(
            f"{question.title} ({otherwise})", default="", show_default=False, hide_input=hidden
        ).strip()
        if not answer:
            return ""
        wrong = _problems(question, answer, before)
        if not wrong:
            return answer
        for line in wrong:
            typer.echo(line)


def _problems(question: SettingQuestion, answer: str, before: dict[str, str]) -> list[str]:
    """Returns the problems that `run` would report for this answer together with those before."""
    values: dict[str, Any] = {**before, question.setting: answer, "_env_file": None}
    try:
        Settings(**values)
    except ValidationError as wrong:
        return [line for lines in problems(wrong).values() for line in lines if question.variable in line]
    return []


def _read(path: Path) -> dict[str, str | None]:
    try:
        return dict(dotenv_values(path, encoding="utf-8")) if path.exists() else {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read ({type(error).__name__}). Move it away first.") from None


def _write(path: Path, values: dict[str, str]) -> None:
    """Writes `values` into the file. At every moment the file is complete and private."""
    before = path.stat() if path.exists() else None
    text = _merged(path.read_text("utf-8") if before else "", values)
    work: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # made 0600
        work = Path(name)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
            if before is not None and (before.st_uid, before.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(descriptor, before.st_uid, before.st_gid)
        written = dotenv_values(work, encoding="utf-8")
        if any(written.get(variable) != value for variable, value in values.items()):
            raise ConfigError(f"{path} cannot hold one of these values. Put it there yourself.")
        work.replace(path)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror}).") from None
    finally:
        if work is not None:
            with contextlib.suppress(FileNotFoundError):
                work.unlink()


def _merged(text: str, values: dict[str, str]) -> str:
    """Returns the text with these variables set: in the line that set them before, else at the end."""
    left = dict(values)
    lines = []
    for line in text.splitlines():
        found = _ASSIGNED.match(line)
        name = found.group(1).upper() if found else ""
        if name not in values:
            lines.append(line)
        elif name in left:  # a second line of the same name is dropped, because it would win over the new one
            lines.append(f"{name}={_quoted(left.pop(name))}")
    if not lines:
        lines = ["# Settings of Muster: secrets, keep them to yourself. .env.example explains all there are."]
    lines += [f"{name}={_quoted(value)}" for name, value in left.items()]
    return "\n".join(lines) + "\n"


def _quoted(value: str) -> str:
    if _PLAIN.fullmatch(value):
        return value
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
