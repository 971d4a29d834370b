"""The command line: `muster`, or `python -m bot`. Each command imports its modules only when it runs."""

from __future__ import annotations

import asyncio
import gc
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.errors import MusterError

if TYPE_CHECKING:
    from bot.config import Settings

cli = typer.Typer(
    help="A self-hosted chat bot that turns a Discord server and its Telegram groups into one network union.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Runs the command line. Errors that a person can solve are printed without a traceback; the exit code is 1."""
    try:
        cli(prog_name="muster")
    except MusterError as error:
        for line in str(error).splitlines():
            print(f"muster: {line}", file=sys.stderr)
        sys.exit(1)
    except Exception:
        # Logging strikes secrets out of the traceback; printing would not.
        logging.getLogger("bot").critical("Muster stopped: this is a bug", exc_info=True)
        sys.exit(1)


@cli.command()
def run() -> None:
    """Serve the platforms whose tokens are set, and the playground when there are none."""
    gc.disable()  # loading makes very many objects and no garbage; `serve` enables it when it is ready
    try:
        from bot.runner import run as serve

        serve(_settings())
    finally:
        gc.enable()


@cli.command()
def doctor() -> None:
    """Check settings, database, tokens, rights, public address and chain node: one line each."""
    from bot.doctor import examine

    sys.exit(asyncio.run(examine(_settings())))


@cli.command()
def init(
    path: Annotated[
        Path | None, typer.Option("--file", help="The file to write, instead of Muster's own .env.")
    ] = None,
) -> None:
    """Ask for what is needed and write it to .env, which nobody else may read."""
    from bot import env_file
    from bot.setup import ask

    ask(path or env_file.path() or Path(".env"))


@cli.command()
def migrate() -> None:
    """Bring the database to this version's schema (run does it too)."""
    from bot.operate import migrate as bring

    print(asyncio.run(bring(_settings())))


@cli.command()
def export(
    target: Annotated[Path, typer.Argument(help="A folder (JSON lines) or, with --backup, a file to write.")],
    union: Annotated[str | None, typer.Option(help="Only the union of this name or ref.")] = None,
    backup: Annotated[bool, typer.Option("--backup", help="Copy the whole SQLite database instead.")] = False,
) -> None:
    """Write unions with their ledgers as JSON lines, or a backup, while the bot runs."""
    from bot.operate import export as write

    sys.exit(asyncio.run(write(_settings(), target, union, backup=backup)))


@cli.command()
def recount(
    union: Annotated[str | None, typer.Option(help="Only the union of this name or ref.")] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Put the tables right; Muster must be stopped.")
    ] = False,
) -> None:
    """Count everybody's support again from the ledger and compare it with the tables, while the bot runs."""
    from bot.operate import recount as count

    sys.exit(asyncio.run(count(_settings(), union, repair=repair)))


@cli.command("hand-over")
def hand_over(
    union: Annotated[str, typer.Argument(help="The union, by its exact name or its ref.")],
    heir: Annotated[
        str, typer.Argument(help="The new founder: platform:id of an account, or a member's ref.")
    ],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Make a member the founder of a union whose founder is gone; Muster must be stopped."""
    from bot.operate import hand_over as hand

    sys.exit(asyncio.run(hand(_settings(), union, heir, lambda question: yes or typer.confirm(question))))


@cli.command()
def bench(only: Annotated[str | None, typer.Argument(help="One figure's name.")] = None) -> None:
    """Measure the figures of docs/performance.md (from a source checkout)."""
    from bot.operate import bench as measure

    sys.exit(measure(only))


@cli.command()
def version() -> None:
    """Print the version."""
    from bot import __version__

    print(f"muster {__version__}")


def _settings() -> Settings:
    from bot import env_file
    from bot.config import load
    from bot.logs import set_up

    if notice := env_file.ignored():
        print(f"muster: {notice}", file=sys.stderr)
    settings = load()
    set_up("console", "WARNING", settings.secrets())  # `run` sets up the log again, by the settings
    return settings


if __name__ == "__main__":
    main()
