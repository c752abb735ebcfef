"""The three ways a service says no. The web turns them into pages: 409, 403, 404."""

from __future__ import annotations

from app.texts import Text, text


class Refused(Exception):
    """The contest does not allow it now; `reason` says why in words for the person who asked."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


class NotUnderstood(Refused):
    """What came is nothing that a page or a script of ours sends."""

    def __init__(self) -> None:
        super().__init__(text("The browser sent something we could not read. Reload the page."))


class NotAllowed(Exception):
    """This person may not do this."""


class NotFound(Exception):
    """There is no such thing, or none that this person may know of."""


def require(allowed: bool) -> None:
    """Raise NotAllowed unless `allowed`."""
    if not allowed:
        raise NotAllowed
