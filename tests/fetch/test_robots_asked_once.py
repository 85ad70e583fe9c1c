"""Hosts side by side ask one origin's robots.txt once, and nobody waits for another's answer for ever."""

from __future__ import annotations

import threading
import time

from clipper.fetch.robots import File, Robots


def test_two_at_once_ask_once() -> None:
    robots = Robots(agent="clipper", monotonic=time.monotonic)
    asked: list[str] = []
    both = threading.Barrier(2)

    def get(url: str) -> File:
        asked.append(url)
        time.sleep(0.2)  # long enough for the other to come
        return File(200, "User-agent: *\nCrawl-delay: 7\n")

    delays: list[float] = []

    def visit() -> None:
        both.wait()
        delays.append(robots.check("https://a.example/page", get, patience=20))

    threads = [threading.Thread(target=visit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert asked == ["https://a.example/robots.txt"]
    assert delays == [7.0, 7.0]


def test_who_has_no_time_left_asks_by_itself() -> None:
    robots = Robots(agent="clipper", monotonic=time.monotonic)
    let_go = threading.Event()

    def slow(_url: str) -> File:
        let_go.wait(20)
        return File(404)

    first = threading.Thread(target=lambda: robots.check("https://a.example/", slow, patience=20))
    first.start()
    try:
        assert robots.check("https://a.example/", lambda _url: File(404), patience=0.05) == 0.0
    finally:
        let_go.set()
        first.join()
