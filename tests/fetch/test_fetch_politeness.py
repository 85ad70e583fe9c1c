"""Robots, pauses between visits, and hosts that are left alone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from clipper.archive import Archive
from clipper.errors import DeadlineExceeded, FetchError, RefusedError, StatusError
from clipper.extract import Reader
from clipper.fetch import Fetcher
from clipper.fetch.breaker import EQUAL_BODIES, EQUAL_FAILURES
from clipper.fetch.pace import Pace
from clipper.pipeline import clip
from tests.fetch.server import Server, Talk, page
from tests.fetch.support import Site, Time, fetching, local

FINE = httpx.Response(200, text="fine")
RULES = "User-agent: clipper\nDisallow: /private\nCrawl-delay: 7\n\nUser-agent: *\nDisallow: /\n"


def pages(robots: httpx.Response | Exception | None = None) -> Site:
    found = {path: [FINE] for path in ("/", "/a", "/private")}
    return Site(found | ({"/robots.txt": [robots]} if robots else {}))


def test_a_page_that_robots_txt_forbids_is_refused() -> None:
    site = pages(httpx.Response(200, text=RULES))
    with fetching(site, robots="obey") as fetcher:
        assert fetcher.fetch("http://h.test/a").body == b"fine"
        with pytest.raises(RefusedError, match="--robots ignore") as caught:
            fetcher.fetch("http://h.test/private")
    assert caught.value.rule == "robots"
    assert site.paths == ["/robots.txt", "/a"]


def test_a_page_that_a_person_names_is_fetched_without_asking() -> None:
    site = pages(httpx.Response(200, text=RULES))
    with fetching(site) as fetcher:
        fetcher.fetch("http://h.test/private")
    assert site.paths == ["/private"]


def test_a_redirect_into_what_is_forbidden_is_refused() -> None:
    site = pages(httpx.Response(200, text=RULES))
    site.pages["/go"] = [httpx.Response(302, headers={"Location": "/private"})]
    with fetching(site, robots="obey") as fetcher, pytest.raises(RefusedError):
        fetcher.fetch("http://h.test/go")
    assert "/private" not in site.paths


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_without_a_robots_txt_all_is_allowed(status: int) -> None:
    with fetching(pages(httpx.Response(status)), robots="obey") as fetcher:
        assert fetcher.fetch("http://h.test/private").body == b"fine"


@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_a_robots_txt_that_fails_forbids_all_for_now(status: int) -> None:
    time = Time()
    site = pages(httpx.Response(status))
    with fetching(site, time=time, robots="obey") as fetcher:
        for _ in range(2):
            with pytest.raises(RefusedError, match=str(status)):
                fetcher.fetch("http://h.test/a")
        assert site.paths == ["/robots.txt"]
        site.pages["/robots.txt"] = [httpx.Response(404)]
        time.now += 601
        assert fetcher.fetch("http://h.test/a").body == b"fine"


def test_a_host_that_cannot_be_reached_is_no_refusal() -> None:
    with fetching(pages(httpx.ConnectError("no route")), robots="obey") as fetcher, pytest.raises(FetchError):
        fetcher.fetch("http://h.test/a")


def test_robots_txt_is_asked_for_once_a_day_and_origin() -> None:
    time = Time()
    site = pages(httpx.Response(200, text="User-agent: *\nAllow: /"))
    with fetching(site, time=time, robots="obey") as fetcher:
        for _ in range(3):
            fetcher.fetch("http://h.test/a")
        assert site.paths.count("/robots.txt") == 1
        fetcher.fetch("https://h.test/a")
        assert site.paths.count("/robots.txt") == 2
        time.now += 24 * 3600 + 1
        fetcher.fetch("http://h.test/a")
    assert site.paths.count("/robots.txt") == 3


def test_a_robots_txt_may_be_elsewhere_and_have_a_byte_order_mark() -> None:
    site = pages(httpx.Response(301, headers={"Location": "/r"}))
    site.pages["/r"] = [httpx.Response(200, content=b"\xef\xbb\xbf" + RULES.encode())]
    with fetching(site, robots="obey") as fetcher, pytest.raises(RefusedError):
        fetcher.fetch("http://h.test/private")


def test_a_crawl_delay_slows_us_down_but_cannot_stall_us() -> None:
    for delay, waited in (("7", 7.0), ("86400", 60.0), ("0.1", 1.0)):
        time = Time()
        rules = f"User-agent: *\nCrawl-delay: {delay}\nAllow: /"
        with fetching(
            pages(httpx.Response(200, text=rules)), time=time, random=lambda: 0.0, robots="obey", min_interval=1.0
        ) as fetcher:
            fetcher.fetch("http://h.test/a")
            fetcher.fetch("http://h.test/a")
        assert time.slept == [waited, waited]


def test_one_host_is_visited_once_a_second_with_some_jitter() -> None:
    time = Time()
    with fetching(pages(), time=time, random=lambda: 0.5, min_interval=1.0) as fetcher:
        for _ in range(3):
            fetcher.fetch("http://h.test/a")
        fetcher.fetch("http://other.test/a")
    assert time.slept == pytest.approx([1.1, 1.1])


def test_the_fetchers_of_one_run_share_their_manners() -> None:
    """Pace, robots.txt and broken hosts."""
    time = Time()
    site = pages(httpx.Response(200, text=RULES))
    with (
        fetching(site, time=time, random=lambda: 0.0, min_interval=1.0, robots="obey") as fetcher,
        fetcher.sibling() as other,
    ):
        fetcher.fetch("http://h.test/a")
        other.fetch("http://h.test/a")
        assert site.paths == ["/robots.txt", "/a", "/a"]
        assert time.slept == [7.0, 7.0]
        site.pages["/a"] = [httpx.Response(403)]
        for _ in range(EQUAL_FAILURES):
            with pytest.raises(StatusError):
                other.fetch("http://h.test/a")
        with pytest.raises(RefusedError, match="left alone"):
            fetcher.fetch("http://h.test/a")


def test_threads_that_share_a_pace_take_turns() -> None:
    pace = Pace(1.0, monotonic=lambda: 0.0, sleep=lambda _seconds: None, random=lambda: 0.0)
    with ThreadPoolExecutor(8) as pool:
        waits = list(pool.map(lambda _number: pace.wait("h.test"), range(8)))
    assert sorted(waits) == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]


def test_time_that_passed_by_itself_is_not_waited_for_again() -> None:
    time = Time()
    with fetching(pages(), time=time, random=lambda: 0.0, min_interval=1.0) as fetcher:
        fetcher.fetch("http://h.test/a")
        time.now += 0.75
        fetcher.fetch("http://h.test/a")
        time.now += 5
        fetcher.fetch("http://h.test/a")
    assert time.slept == pytest.approx([0.25])


def test_a_retry_keeps_the_pause_too() -> None:
    time = Time()
    site = Site({"/": [httpx.Response(503), FINE]})
    with fetching(site, time=time, random=lambda: 0.0, min_interval=1.0, retries=1) as fetcher:
        fetcher.fetch("http://h.test/")
    assert sum(time.slept) == pytest.approx(1.2)  # with all the jitter that there may be


def test_no_crawl_delay_outlasts_the_deadline_of_a_retry() -> None:
    time = Time()
    site = Site(
        {"/robots.txt": [httpx.Response(200, text="User-agent: *\nCrawl-delay: 60\n")], "/": [httpx.Response(503)]}
    )
    with (
        fetching(site, time=time, robots="obey", retries=9, deadline=90, timeout=30) as fetcher,
        pytest.raises(StatusError) as caught,
    ):
        fetcher.fetch("http://h.test/")
    assert caught.value.attempt == 2
    assert sum(time.slept[1:]) <= 90


def test_no_interval_is_no_pause() -> None:
    time = Time()
    with fetching(pages(), time=time, min_interval=0) as fetcher:
        for _ in range(3):
            fetcher.fetch("http://h.test/a")
    assert time.slept == []


@pytest.mark.parametrize("failure", [httpx.Response(403), httpx.Response(429), httpx.ConnectError("refused")])
def test_equal_failures_in_a_row_pause_a_host(failure: httpx.Response | Exception) -> None:
    time = Time()
    site = Site({"/": [failure]})
    with fetching(site, time=time) as fetcher:
        for _ in range(EQUAL_FAILURES):
            with pytest.raises((FetchError, StatusError)):
                fetcher.fetch("http://h.test/")
        with pytest.raises(RefusedError, match="left alone for 60 s") as caught:
            fetcher.fetch("http://h.test/")
        assert caught.value.rule == "pause"
        assert len(site.asked) == EQUAL_FAILURES
        with pytest.raises((FetchError, StatusError)):
            fetcher.fetch("http://other.test/")


def test_pauses_grow_until_the_host_answers() -> None:
    time = Time()
    site = Site({"/": [httpx.Response(403)]})
    with fetching(site, time=time) as fetcher:
        for pause in (60, 120, 240):
            while True:
                try:
                    fetcher.fetch("http://h.test/")
                except RefusedError as error:
                    assert f"{pause} s" in str(error)  # noqa: PT017 - the loop ends here
                    break
                except StatusError:
                    continue
            time.now += pause
        site.pages["/"] = [FINE]
        assert fetcher.fetch("http://h.test/").body == b"fine"
        site.pages["/"] = [httpx.Response(403)]
        with pytest.raises(StatusError):
            fetcher.fetch("http://h.test/")


def test_failures_that_differ_or_are_about_the_page_pause_nobody() -> None:
    site = Site({"/": [httpx.Response(403), httpx.Response(429)] * 10, "/gone": [httpx.Response(404)]})
    with fetching(site) as fetcher:
        for path in ["/"] * 12 + ["/gone"] * 12:
            with pytest.raises(StatusError):
                fetcher.fetch(f"http://h.test{path}")


def test_the_same_page_at_every_address_pauses_a_host() -> None:
    site = Site({f"/{number}": [FINE] for number in range(EQUAL_BODIES + 1)})
    with fetching(site) as fetcher:
        for number in range(EQUAL_BODIES):
            fetcher.fetch(f"http://h.test/{number}")
        with pytest.raises(RefusedError, match="same page at every address"):
            fetcher.fetch(f"http://h.test/{EQUAL_BODIES}")


def test_a_page_that_does_not_change_pauses_nobody() -> None:
    with fetching(Site({"/": [FINE]})) as fetcher:
        for _ in range(3 * EQUAL_BODIES):
            fetcher.fetch("http://h.test/")


def test_a_host_that_shows_captchas_is_left_alone_by_whoever_clips(tmp_path: Path) -> None:
    """The pipeline tells the fetcher what the pages were."""
    captcha = "<title>One moment</title><p>Please verify you are human to see report {}.</p>"
    site = Site({f"/{number}": [httpx.Response(200, html=captcha.format(number))] for number in range(9)})
    with (
        Archive.open(tmp_path / "a.db", create=True) as archive,
        Reader(isolate=False) as reader,
        fetching(site) as fetcher,
    ):
        ends = [clip(f"http://h.test/{n}", archive=archive, fetcher=fetcher, reader=reader) for n in range(9)]
    assert [end.exit_code for end in ends] == [6] * EQUAL_FAILURES + [7] * (9 - EQUAL_FAILURES)
    assert "left alone" in str(ends[-1].error)
    assert len(site.asked) == EQUAL_FAILURES


def test_pages_that_came_but_were_captchas_pause_a_host() -> None:
    site = Site({f"/{number}": [httpx.Response(200, text=f"prove it {number}")] for number in range(9)})
    with fetching(site) as fetcher:
        for number in range(EQUAL_FAILURES):
            fetcher.fetch(f"http://h.test/{number}")
            fetcher.failed(f"http://h.test/{number}", "challenge")
        with pytest.raises(RefusedError, match="challenge"):
            fetcher.fetch("http://h.test/8")


def test_a_robots_txt_that_never_comes_ends_with_the_try() -> None:
    with (
        Server(lambda talk: talk.hold()) as server,
        Fetcher(local(robots="obey", timeout=0.2, retries=2)) as fetcher,
        pytest.raises(DeadlineExceeded, match=r"/robots\.txt: no complete answer within 0\.2 s") as caught,
    ):
        fetcher.fetch(f"{server.base}/")
    assert [hop.url.rpartition("/")[2] for hop in caught.value.hops] == ["robots.txt"]


def test_a_robots_txt_does_not_begin_the_time_anew() -> None:
    """Ten redirects to ten hosts, each with a slow robots.txt, end with the try."""
    asked: list[bytes] = []

    def behave(talk: Talk) -> None:
        head = talk.hear()
        asked.append(head)
        host, _, port = head.partition(b"Host: h")[2].partition(b"\r\n")[0].partition(b".test:")
        talk.drip([b""], every=0.1)
        if b"GET /robots.txt" in head:
            talk.say(page(b"", status="404 Not Found"))
        else:
            away = f"Location: http://h{int(host) + 1}.test:{int(port)}/"
            talk.say(page(b"", away, status="302 Found"))

    names = frozenset(f"h{number}.test" for number in range(12))
    policy = local(robots="obey", timeout=0.5, allow_private=names)
    with (
        Server(behave) as server,
        Fetcher(policy, resolver=lambda _host, _port: ["127.0.0.1"]) as fetcher,
        pytest.raises(DeadlineExceeded) as caught,
    ):
        fetcher.fetch(f"http://h0.test:{server.port}/")
    assert 1 <= len(asked) <= 6
    assert caught.value.hops


def test_there_is_a_pause_between_robots_txt_and_the_page() -> None:
    time = Time()
    with fetching(pages(httpx.Response(404)), time=time, random=lambda: 0.0, robots="obey", min_interval=1.0) as f:
        f.fetch("http://h.test/a")
        f.fetch("http://h.test/a")
    assert time.slept == [1.0, 1.0]


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
def test_of_a_huge_robots_txt_the_beginning_counts(headers: dict[str, str]) -> None:
    text = "User-agent: clipper\nDisallow: /a\n" + "# more\n" * 80_000 + "Disallow: /\n"
    site = pages(httpx.Response(200, text=text, headers=headers))
    with fetching(site, robots="obey") as fetcher:
        fetcher.fetch("http://h.test/")
        with pytest.raises(RefusedError, match="forbids"):
            fetcher.fetch("http://h.test/a")


def test_half_a_robots_txt_allows_nothing() -> None:
    robots = page(b"User-agent: *\nDisallow: /private\n" * 3)[:-20]

    def behave(talk: Talk) -> None:
        talk.say(robots if b"/robots.txt" in talk.hear() else page(b"fine"))

    with Server(behave) as server, Fetcher(local(robots="obey")) as fetcher:
        with pytest.raises(RefusedError, match="in part"):
            fetcher.fetch(f"{server.base}/a")
        assert len(server.requests) == 1


def test_redirects_without_end_are_no_robots_txt() -> None:
    site = pages(httpx.Response(302, headers={"Location": "/robots.txt"}))
    with fetching(site, robots="obey") as fetcher:
        assert fetcher.fetch("http://h.test/a").body == b"fine"


@pytest.mark.parametrize(
    ("target", "end"),
    [
        ("http://h.test\\@b.test/", FetchError),
        ("file:///etc/passwd", RefusedError),
        ("http://b.test:22/", RefusedError),
    ],
)
def test_a_robots_txt_that_leads_astray_allows_nothing(target: str, end: type[Exception]) -> None:
    site = pages(httpx.Response(302, headers={"Location": target}))
    with fetching(site, robots="obey") as fetcher, pytest.raises(end):
        fetcher.fetch("http://h.test/a")
    assert site.paths == ["/robots.txt"]


def test_old_rules_hold_while_there_are_no_new_ones() -> None:
    time = Time()
    site = pages(httpx.Response(200, text=RULES))
    with fetching(site, time=time, robots="obey") as fetcher:
        fetcher.fetch("http://h.test/a")
        site.pages["/robots.txt"] = [httpx.Response(503)]
        time.now += 25 * 3600
        assert fetcher.fetch("http://h.test/a").body == b"fine"
        with pytest.raises(RefusedError, match="forbids it to clipper"):
            fetcher.fetch("http://h.test/private")


def test_a_robots_txt_that_fails_for_a_moment_is_asked_for_again() -> None:
    site = Site({"/robots.txt": [httpx.Response(503), httpx.Response(404)], "/a": [FINE]})
    with fetching(site, robots="obey", retries=1) as fetcher:
        assert fetcher.fetch("http://h.test/a").body == b"fine"
    assert site.paths == ["/robots.txt", "/robots.txt", "/a"]
