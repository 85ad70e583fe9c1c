"""A way in from the browser: a form and a bookmarklet that clip a page. Off unless `clip browse --writable`.

Who may write is who has the token that the command printed: in a cookie (for the form) or as `Authorization: Bearer`
(for programs). A cookie alone does not do: the form carries a word made from the token, and the browser has to say that
the request comes from this very site, so that another site's form cannot write. `callers` keeps names out that were bent
to this machine; they would not have the cookie either.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from clipper.datasette_plugin.door import Door, enter
from clipper.datasette_plugin.host import Response, hookimpl, optional_hookimpl
from clipper.errors import ClipperError
from clipper.models import Outcome
from clipper.pipeline import Result

__all__ = ["Adding", "Clip"]

PATH = "/-/clips/add"
COOKIE = "clipper_add"
LARGEST = 20_000  # bytes of a form
Clip = Callable[[str, tuple[str, ...]], Result]  # an address and tags


class Adding:
    """A plugin of Datasette's; its address is not there unless somebody registers it."""

    __name__ = "clipper.datasette_plugin.adding"  # Datasette takes plugins for modules

    def __init__(self, clip: Clip, *, token: str) -> None:
        self._clip = clip
        self._token = token
        self._turn = threading.Lock()

    @hookimpl
    def register_routes(self) -> list[tuple[str, Callable[..., Any]]]:
        """The form and what it sends."""

        async def view(datasette: Any, request: Any) -> Any:  # Datasette 1.0 takes no methods
            return await self.view(datasette, request)

        return [(rf"^{PATH}$", view)]

    @hookimpl
    def extra_template_vars(self, datasette: Any) -> dict[str, Any]:
        """The link to it in the library's head."""
        return {"adding": datasette.urls.path(PATH)}

    @optional_hookimpl
    def skip_csrf(self, scope: Any) -> bool | None:
        """Datasette 0.65 would ask for a word of its own beside ours."""
        return True if scope["path"].endswith(PATH) else None

    async def view(self, datasette: Any, request: Any) -> Any:
        """The form, or what came of it."""
        door = await enter(datasette, request)
        if request.method == "POST":
            return await self._write(door, request)
        if self._is_token(request.args.get("token") or ""):
            return self._let_in(door, request)
        if not self._is_token(request.cookies.get(COOKIE, "")):
            return await self._refused(
                door,
                request,
                "Open the address with the token that clip browse --writable printed; this browser may write then.",
            )
        return await self._form(door, request)

    async def _write(self, door: Door, request: Any) -> Any:
        """Clip what the form names, if the request may."""
        if int(request.headers.get("content-length") or LARGEST + 1) > LARGEST:
            return await self._refused(door, request, "That form is too long.", status=413)
        sent = await request.post_vars()
        bearer = request.headers.get("authorization", "").removeprefix("Bearer ")
        program = self._is_token(bearer)
        if not program and not self._from_our_form(request, sent):
            return await self._refused(door, request, "That did not come from the form of this page.")
        url = sent.get("url", "").strip()
        tags = tuple(tag.strip() for tag in sent.get("tags", "").split(",") if tag.strip())
        if not self._turn.acquire(blocking=False):
            return await self._refused(
                door, request, "Another page is being clipped; try again in a moment.", status=503
            )
        try:
            # On one of Datasette's threads, as its own queries are; the others go on answering.
            database = door.datasette.get_database(door.name)
            result = await database.execute_fn(lambda _connection: self._result(url, tags))
        finally:
            self._turn.release()
        if program:
            status = 200 if result.error is None else 422
            return with_status(door.json(_told(result, door)), status)
        return await self._form(door, request, result=result, tags=sent.get("tags", ""))

    def _result(self, url: str, tags: tuple[str, ...]) -> Result:
        try:
            return self._clip(url, tags)
        except ClipperError as error:  # the archive cannot be written
            return Result(url=url, outcome=Outcome.FAILED, error=error)

    def _is_token(self, given: str) -> bool:
        return hmac.compare_digest(given.encode(), self._token.encode())

    @property
    def _word(self) -> str:
        """What only a page of ours can have put into the form."""
        return hmac.new(self._token.encode(), b"form", "sha256").hexdigest()

    def _from_our_form(self, request: Any, sent: dict[str, str]) -> bool:
        """The cookie, the word in the form, and the browser's own word for where the form stood."""
        site = request.headers.get("sec-fetch-site")
        origin = request.headers.get("origin")
        here = f"{request.scheme}://{request.headers.get('host', '')}"
        same = site in ("same-origin", "none") if site else origin in (None, here)
        known = self._is_token(request.cookies.get(COOKIE, ""))
        return same and known and hmac.compare_digest(sent.get("word", "").encode(), self._word.encode())

    def _let_in(self, door: Door, request: Any) -> Any:
        """Remember the browser, and take the token out of its address."""
        kept = {name: request.args[name] for name in ("url", "archive") if request.args.get(name)}
        path = door.datasette.urls.path(PATH)
        answer = Response.redirect(f"{path}?{urlencode(kept)}" if kept else path)
        answer.set_cookie(COOKIE, self._token, path=path, httponly=True, samesite="lax")
        answer.headers["Referrer-Policy"] = "no-referrer"
        return answer

    async def _form(self, door: Door, request: Any, *, result: Result | None = None, tags: str = "") -> Any:
        own = door.absolute(request, door.datasette.urls.path(PATH))
        answer = await door.page(
            "clipper_add.html",
            request,
            url=request.args.get("url") or "",
            tags=tags,
            word=self._word,
            result=_told(result, door) if result else None,
            bookmarklet=f"javascript:void(window.open('{own}?url='+encodeURIComponent(location.href),'_blank','noopener'))",
        )
        answer.headers["Referrer-Policy"] = "same-origin"  # or the browser would not say where the form stood
        return answer

    async def _refused(self, door: Door, request: Any, why: str, *, status: int = 403) -> Any:
        return with_status(await door.page("clipper_add.html", request, refused=why), status)


def with_status(answer: Any, status: int) -> Any:
    """The same answer with another status."""
    answer.status = status
    return answer


def _told(result: Result, door: Door) -> dict[str, Any]:
    """What came of it, for a page or a program."""
    return {
        "url": result.url,
        "outcome": str(result.outcome),
        "title": result.title,
        "words": result.words,
        "change": result.change,
        "error": str(result.error) if result.error else None,
        "snapshot": result.snapshot_id,
        "read": door.link(result.snapshot_id) if result.snapshot_id else None,
    }
