"""Reports sent elsewhere: webhooks, mail, and all else that apprise knows. The only door to apprise."""

from __future__ import annotations

from collections.abc import Sequence

from clipper.errors import FetchError, UsageError

__all__ = ["send"]


def send(text: str, addresses: Sequence[str], *, title: str = "clipper") -> None:
    """Send a report to each address; `FetchError` if one could not be reached, `UsageError` if it is none.

    Addresses may hold passwords, so that no message repeats one; the user named them, so that any may be
    reached, private ones included.
    """
    try:
        import apprise
    except ImportError as error:
        raise UsageError("notifications need apprise: pip install 'clipper-archive[notify]'") from error
    failed = 0
    for number, address in enumerate(addresses, 1):
        notifier = apprise.Apprise()
        if not notifier.add(address):
            scheme = address.partition(":")[0][:20]
            raise UsageError(f"notification address {number} ({scheme}:…) is none that apprise knows")
        failed += not notifier.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT)
    if failed:
        raise FetchError(f"{failed} of {len(addresses)} notifications could not be sent; the report is printed above")
