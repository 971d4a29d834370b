"""The emulated methods, put together."""

from tests.emulators.telegram.methods_bot import BotMethods
from tests.emulators.telegram.methods_chats import ChatMethods
from tests.emulators.telegram.methods_edit import EditMethods


class Api(BotMethods, ChatMethods, EditMethods):
    """Every public method of this class is a method of the Bot API: `(parameters, files) -> result`."""
