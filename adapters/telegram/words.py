"""Texts of this adapter itself for members, about things that only Telegram has."""

from typing import Final

ANSWERED_IN_PRIVATE: Final = "I answered you in our private chat."
ANSWER_WAITS: Final = "My answer is for you alone. Open our private chat to read it."
ANSWER_FOLLOWS: Final = "One moment: the answer is for one person alone."
OPEN_PRIVATE_CHAT: Final = "Open our private chat"
CHOOSE: Final = "Choose:"
NOT_TYPED: Final = (
    "I take nothing from messages that were forwarded, edited, or written by another bot. Type it yourself, or send "
    "your own picture."
)
ANONYMOUS: Final = (
    "You write as the group, so I cannot know who you are. Turn “Remain anonymous” off in your administrator "
    "rights, or write to me in private."
)
