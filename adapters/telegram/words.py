"""Texts of this adapter itself for members, about things that only Telegram has."""

from typing import Final

from bot.domain.phrases import phrase

ANSWERED_IN_PRIVATE: Final = phrase("I answered you in our private chat.")
ANSWER_WAITS: Final = phrase("My answer is only for you. Open our private chat to read it.")
ANSWER_FOLLOWS: Final = phrase("One moment: this answer is only for one person.")
OPEN_PRIVATE_CHAT: Final = phrase("Open our private chat")
CHOOSE: Final = phrase("Choose:")
NOT_TYPED: Final = phrase(
    "Type it yourself, or send your own picture: I take nothing from messages that were forwarded, edited, or "
    "written by another bot."
)
ANONYMOUS: Final = phrase(
    "You write as the group, so I cannot know who you are. Turn “Remain anonymous” off in your administrator "
    "rights, or write to me in private."
)
AS_CHANNEL: Final = phrase(
    "You write as a channel, so I cannot know who you are. Choose your own name beside the message field, or write "
    "to me in private."
)
