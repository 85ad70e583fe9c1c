"""G14 and conditional requests: what is asked again, how often, after how long."""

from __future__ import annotations

from datetime import UTC, datetime

import httpx
import pytest

from clipper.errors import DeadlineExceeded, FetchError, ProtocolError, StatusError
from clipper.fetch import Fetcher
from clipper.fetch.attempts import retry_after
from clipper.models import Validators
from tests.fetch.server import Server, Talk, page, serving
from tests.fetch.support import Site, Time, fetching, local

NOW = datetime(2026, 10, 1, 8, 0, 0, tzinfo=UTC)
BUSY = httpx.Response(503)
FINE = httpx.Response(200, text="fine")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        (" 120 ", 120.0),
        ("999999", 999999.0),
        ("1000000", float("inf")),
        ("9" * 400, float("inf")),
        ("Thu, 01 Oct 2026 08:00:30 GMT", 30.0),
        ("Thursday, 01-Oct-26 08:00:30 GMT", 30.0),
        ("Thu, 01 Oct 2026 07:00:00 GMT", 0.0),
        ("Thu, 01 Oct 2026 08:00:30 +0100", 0.0),
        ("", None),
        (None, None),
        ("-5", None),
        ("+5", None),
        ("1.5", None),
        ("1e3", None),
        ("٣", None),
        ("²", None),
        ("soon", None),
        ("Thu, 99 Foo 2026", None),
        ("Thu, 01 Oct 99999 08:00:30 GMT", None),
    ],
)
def test_retry_after_is_digits_or_a_date(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


@pytest.mark.parametrize("retries", [0, 1, 2, 5])
def test_tries_are_counted(retries: int) -> None:
    site = Site({"/": [BUSY]})
    with fetching(site, retries=retries) as fetcher, pytest.raises(StatusError) as caught:
        fetcher.fetch("http://a.test/")
    assert len(site.asked) == retries + 1
    assert caught.value.attempt == retries + 1
    assert [hop.attempt for hop in caught.value.hops] == list(range(1, retries + 2))


def test_waits_grow_and_are_drawn_from_nothing_up() -> None:
    time = Time()
    with fetching(Site({"/": [BUSY]}), time=time, random=lambda: 1.0, retries=7, deadline=1000) as fetcher:
        with pytest.raises(StatusError):
            fetcher.fetch("http://a.test/")
        assert time.slept == [0.5, 1, 2, 4, 8, 16, 20]
    time = Time()
    with (
        fetching(Site({"/": [BUSY]}), time=time, random=lambda: 0.0, retries=3) as fetcher,
        pytest.raises(StatusError),
    ):
        fetcher.fetch("http://a.test/")
    assert time.slept == [0, 0, 0]


def test_the_server_says_how_long() -> None:
    time = Time()
    site = Site({"/": [httpx.Response(429, headers={"Retry-After": "7"}), BUSY, FINE]})
    with fetching(site, time=time, retries=2) as fetcher:
        capture = fetcher.fetch("http://a.test/")
    assert [hop.status for hop in capture.hops] == [429, 503, 200]
    assert time.slept[0] == 7


@pytest.mark.parametrize("asked", ["120", "3600", "999999", "31536000", "Thu, 01 Oct 2099 08:00:00 GMT"])
def test_no_retry_after_stalls_a_run(asked: str) -> None:
    time = Time()
    site = Site({"/": [httpx.Response(503, headers={"Retry-After": asked})]})
    with fetching(site, time=time, retries=5, deadline=120) as fetcher, pytest.raises(StatusError):
        fetcher.fetch("http://a.test/")
    assert time.slept == []


def test_all_tries_together_have_one_deadline() -> None:
    time = Time()

    def slow(_request: httpx.Request) -> httpx.Response:
        time.now += 40
        raise httpx.ReadTimeout("slow")

    transport = httpx.MockTransport(slow)
    with (
        Fetcher(local(retries=10, deadline=100), transport=transport, monotonic=time.monotonic, sleep=time.sleep) as f,
        pytest.raises(DeadlineExceeded) as caught,
    ):
        f.fetch("http://a.test/")
    assert caught.value.attempt == 3


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_what_may_pass_is_tried_again(status: int) -> None:
    with fetching(Site({"/": [httpx.Response(status), FINE]}), retries=1) as fetcher:
        assert [hop.status for hop in fetcher.fetch("http://a.test/").hops] == [status, 200]


@pytest.mark.parametrize(
    "status", [300, 400, 401, 402, 403, 404, 405, 406, 409, 410, 416, 418, 422, 451, 501, 505, 999]
)
def test_what_will_not_pass_is_not_tried_again(status: int) -> None:
    site = Site({"/": [httpx.Response(status, text="no")]})
    with fetching(site, retries=3) as fetcher, pytest.raises(StatusError) as caught:
        fetcher.fetch("http://a.test/")
    assert len(site.asked) == 1
    assert caught.value.capture is not None
    assert (caught.value.capture.body, caught.value.status) == (b"no", status)


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), httpx.ReadError("x"), httpx.ConnectTimeout("x")])
def test_a_broken_connection_is_tried_again(error: Exception) -> None:
    with fetching(Site({"/": [error, FINE]}), retries=1) as fetcher:
        assert fetcher.fetch("http://a.test/").body == b"fine"


def test_a_broken_protocol_is_not() -> None:
    site = Site({"/": [httpx.RemoteProtocolError("bad")]})
    with fetching(site, retries=3) as fetcher, pytest.raises(ProtocolError):
        fetcher.fetch("http://a.test/")
    assert len(site.asked) == 1


def test_a_retry_goes_on_where_the_way_broke() -> None:
    site = Site({"/": [httpx.Response(302, headers={"Location": "/in"})], "/in": [BUSY, FINE]})
    with fetching(site, retries=1) as fetcher:
        capture = fetcher.fetch("http://a.test/")
    assert site.paths == ["/", "/in", "/in"]
    assert [(hop.status, hop.attempt) for hop in capture.hops] == [(302, 1), (503, 1), (200, 2)]
    assert (capture.url, capture.final_url) == ("http://a.test/", "http://a.test/in")


def test_a_connection_that_died_while_idle_costs_no_try() -> None:
    def behave(talk: Talk) -> None:
        while talk.hear():
            if len(talk.requests) > 1 and talk.number == 0:
                return  # the client used it just when we closed it
            talk.say(page(b"fine"))

    with Server(behave) as server, Fetcher(local()) as fetcher:
        fetcher.fetch(f"{server.base}/1")
        assert fetcher.fetch(f"{server.base}/2").body == b"fine"
    assert [len(talk.requests) for talk in server.talks] == [2, 1]


def test_a_server_that_always_closes_is_not_asked_for_ever() -> None:
    def behave(talk: Talk) -> None:
        talk.hear()
        if talk.number == 0:
            talk.say(page(b"fine"))
            talk.hear()

    with Server(behave) as server, Fetcher(local(retries=1), sleep=lambda _s: None) as fetcher:
        fetcher.fetch(f"{server.base}/1")
        with pytest.raises(FetchError, match="without an answer"):
            fetcher.fetch(f"{server.base}/2")
    assert len(server.requests) == 1 + 1 + 2


def test_one_connection_serves_many_pages() -> None:
    with Server(serving(page(b"fine"))) as server, Fetcher(local()) as fetcher:
        for number in range(5):
            fetcher.fetch(f"{server.base}/{number}")
    assert len(server.talks) == 1


MODIFIED = "Thu, 01 Oct 2026 08:00:00 GMT"
UNMODIFIED = httpx.Response(304, headers={"ETag": '"v1"'})


@pytest.mark.parametrize(
    ("validators", "sent"),
    [
        (Validators(etag='"v1"'), {"if-none-match": '"v1"'}),
        (Validators(etag='W/"v1"'), {"if-none-match": 'W/"v1"'}),
        (Validators(last_modified=MODIFIED), {"if-modified-since": MODIFIED}),
        (Validators('"v1"', MODIFIED), {"if-none-match": '"v1"', "if-modified-since": MODIFIED}),
    ],
)
def test_what_is_known_makes_the_request_conditional(validators: Validators, sent: dict[str, str]) -> None:
    site = Site({"/": [UNMODIFIED]})
    with fetching(site) as fetcher:
        capture = fetcher.fetch("http://a.test/", validators=validators)
    assert (capture.status, capture.body) == (304, b"")
    assert {k: v for k, v in site.asked[0].headers.items() if k.startswith("if-")} == sent


def test_a_server_may_answer_200_all_the_same() -> None:
    with fetching(Site({"/": [FINE]})) as fetcher:
        assert fetcher.fetch("http://a.test/", validators=Validators('"v1"')).status == 200


def test_a_304_about_another_version_is_not_believed() -> None:
    site = Site({"/": [httpx.Response(304, headers={"ETag": '"v9"'}), FINE]})
    with fetching(site) as fetcher:
        capture = fetcher.fetch("http://a.test/", validators=Validators('"v1"'))
    assert capture.body == b"fine"
    assert site.asked[1].headers["cache-control"] == "no-cache"
    assert "if-none-match" not in site.asked[1].headers


@pytest.mark.parametrize(
    ("sent", "theirs", "asked_again"),
    [
        (Validators(last_modified=MODIFIED), {}, True),
        (Validators('"v1"', MODIFIED), {}, True),
        (Validators('"v1"', MODIFIED), {"ETag": '"v1"'}, False),
        (Validators('W/"v1"'), {"ETag": '"v1"'}, False),
        (Validators(last_modified=MODIFIED, url="http://b.test/in"), {}, False),
        (Validators(last_modified=MODIFIED, url="http://b.test/out"), {}, True),
        (Validators('"v1"', MODIFIED, "http://b.test/in"), {"ETag": '"v2"'}, True),
    ],
)
def test_a_304_of_another_page_needs_more_than_a_date(
    sent: Validators, theirs: dict[str, str], *, asked_again: bool
) -> None:
    """What we know is of one page; another that is older than it says 304 to If-Modified-Since."""
    site = Site({"/": [httpx.Response(302, headers={"Location": "http://b.test/in"})]})
    site.pages["/in"] = [httpx.Response(304, headers=theirs), FINE]
    with fetching(site) as fetcher:
        assert fetcher.fetch("http://a.test/", validators=sent).status == (200 if asked_again else 304)


def test_a_304_of_the_same_page_over_https_is_believed() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":
            return httpx.Response(301, headers={"Location": str(request.url.copy_with(scheme="https"))})
        return httpx.Response(304)

    with Fetcher(local(), transport=httpx.MockTransport(answer)) as fetcher:
        assert fetcher.fetch("http://a.test/in", validators=Validators(last_modified=MODIFIED)).status == 304


def test_a_304_is_not_of_the_page_that_a_redirect_led_to_before() -> None:
    site = Site({"/": [httpx.Response(304), FINE]})
    with fetching(site) as fetcher:
        sent = Validators(last_modified=MODIFIED, url="http://b.test/in")
        assert fetcher.fetch("http://a.test/", validators=sent).status == 200


def test_a_304_to_no_question_is_asked_once_more_in_full() -> None:
    site = Site({"/": [httpx.Response(304), FINE]})
    with fetching(site) as fetcher:
        assert fetcher.fetch("http://a.test/").body == b"fine"
    with fetching(Site({"/": [httpx.Response(304)]})) as fetcher, pytest.raises(ProtocolError, match="304"):
        fetcher.fetch("http://a.test/")
