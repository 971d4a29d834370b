"""Fetches the pictures that people send."""

from __future__ import annotations

from telegram import Bot
from telegram.error import BadRequest, TelegramError

from adapters.telegram.transport import AiohttpRequest
from bot.chat import text
from bot.chat.files import small_enough
from bot.chat.incoming import File
from bot.errors import BadInput, TryAgain


async def fetch(bot: Bot, request: AiohttpRequest, file: File) -> bytes:
    """See `chat.port.Adapter.fetch`. Asks for the file's address, then for its content.

    The errors name no cause: the address contains the bot's token.
    """
    small_enough(file)
    try:
        found = await bot.get_file(file.ref)
        small_enough(File(file.ref, size=found.file_size or 0))
        return await request.download(found.file_path or "")
    except (BadRequest, FileNotFoundError):
        raise BadInput(text.FILE_GONE) from None
    except TelegramError:
        raise TryAgain(text.NOT_FETCHED) from None
