"""What the bot did in answer to one thing a person did."""

from __future__ import annotations

from typing import Any

from tests.emulators.telegram.model import Act, Message, Press


class Answer:
    """Everything the person could see of the bot's doing, in order."""

    def __init__(self, acts: list[Act], press: Press | None = None, **shown: Any) -> None:
        self.acts = acts
        self.press = press
        self.url: str | None = shown.get("url") or (press.url if press else None)
        """A link that the pressed button opened."""
        self.copied: str | None = shown.get("copied")

    def _messages(self, kind: str) -> list[Message]:
        found = [act.message for act in self.acts if act.kind == kind and act.message]
        return list(dict.fromkeys(found))

    @property
    def sent(self) -> list[Message]:
        return self._messages("sent")

    @property
    def edited(self) -> list[Message]:
        return self._messages("edited")

    @property
    def deleted(self) -> list[Message]:
        return self._messages("deleted")

    @property
    def actions(self) -> list[str]:
        """ "typing" and the like."""
        return [act.name for act in self.acts if act.kind == "action"]

    @property
    def toast(self) -> str:
        """The text of answerCallbackQuery."""
        return self.press.toast if self.press else ""

    @property
    def alert(self) -> bool:
        """Whether the toast was a window to be closed."""
        return bool(self.press and self.press.alert)

    @property
    def one(self) -> Message:
        """The only message sent."""
        assert len(self.sent) == 1, f"expected one message, the bot sent {self.sent}"
        return self.sent[0]

    @property
    def last(self) -> Message:
        """The message sent or edited last, as it is now."""
        touched = [act.message for act in self.acts if act.kind in ("sent", "edited") and act.message]
        assert touched, f"the bot sent nothing, only {[act.kind for act in self.acts]}"
        return touched[-1]

    @property
    def text(self) -> str:
        """All texts sent or edited, a blank line between messages."""
        return "\n\n".join(message.text for message in dict.fromkeys((*self.sent, *self.edited)))

    def __repr__(self) -> str:
        return f"Answer({[(act.kind, act.message or act.name) for act in self.acts]}, toast={self.toast!r})"
