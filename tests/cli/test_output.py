"""What reaches the terminal."""

import csv
import dataclasses
import io
import json
from datetime import UTC, datetime, timedelta

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clipper.cli import cards, output
from clipper.cli.group import COMMANDS, cli
from clipper.cli.options import Duration, Moment
from clipper.models import Page, PageState

HOSTILE = ["\x1b[2J", "a\u202eb", "a\x00b", "line\u2028break", "\x9b31m", "\ufeff", "bell\x07", "\r\nfake line"]


@pytest.mark.parametrize("text", HOSTILE)
def test_page_text_cannot_drive_the_terminal(text: str) -> None:
    printed = output.safe(text)
    assert printed.isprintable()
    assert "\n" not in printed


@given(st.text(max_size=500))
def test_any_title_is_one_short_printable_line(text: str) -> None:
    printed = output.safe(text)
    assert len(printed) <= output.LIMIT
    assert not output.UNSAFE.search(printed)


def test_blocks_keep_their_lines() -> None:
    assert output.safe_block("a\n\tb\x1b[0m") == "a\n\tb\\u001b[0m"


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert output.csv_cell(cell).startswith("'")


def test_rows_print_as_csv(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_rows([{"a": "x,y", "b": None}], form="csv", columns=("a", "b"))
    assert list(csv.reader(io.StringIO(capsys.readouterr().out))) == [["a", "b"], ["x,y", ""]]


@pytest.mark.parametrize("rows", [[], [{"a": 1}], [{"a": "漏洞"}, {"a": datetime(2026, 1, 2, tzinfo=UTC)}]])
def test_rows_print_as_a_json_list(rows: list[dict[str, object]], capsys: pytest.CaptureFixture[str]) -> None:
    output.print_rows(rows, form="json", columns=("a",))
    assert len(json.loads(capsys.readouterr().out)) == len(rows)


def test_wide_characters_take_two_columns(capsys: pytest.CaptureFixture[str]) -> None:
    output.print_rows([{"a": "漏洞", "b": "x"}, {"a": "long", "b": "y"}], form=None, columns=("a", "b"))
    assert capsys.readouterr().out.splitlines() == ["a     b", "漏洞  x", "long  y"]


@pytest.mark.parametrize(
    ("text", "columns"), [("abc", 3), ("漏洞", 4), ("한글", 4), ("ｆ", 2), ("e\u0301", 1), ("", 0)]
)
def test_columns_are_counted_as_a_terminal_does(text: str, columns: int) -> None:
    assert output.width(text) == columns


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(1, 50))
def test_what_is_cut_fits(text: str, columns: int) -> None:
    assert output.width(output.clipped(text, columns)) <= max(columns, 1)


@given(st.lists(st.integers(1, 300), min_size=1, max_size=6), st.integers(20, 200))
def test_a_table_narrows_all_but_its_last_column(widths: list[int], terminal: int) -> None:
    fitted = list(widths)
    output.fit(fitted, terminal)
    assert fitted[-1] == widths[-1]
    assert all(old >= new >= min(old, output.NARROWEST) for old, new in zip(widths, fitted, strict=True))


LONG = "一个过期构建账号引发的供应链投毒事件复盘" * 4


def page(**fields: object) -> Page:
    moment = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
    known = {
        "id": 1,
        "url": "https://example.com/a-long-way-to-a-page/that-does-not-fit-into-forty-columns?page=1",
        "title": LONG,
        "state": PageState.ALIVE,
        "versions": 2,
        "last_changed": moment,
        "last_fetched": moment,
    }
    chosen = known | fields
    values = {field.name: chosen.get(field.name) for field in dataclasses.fields(Page)}
    return Page(**values)  # type: ignore[arg-type]


def test_a_card_fits_the_terminal_and_keeps_its_address_whole(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    cards.print_pages([page(), page(title=None, versions=0, last_changed=None, state=PageState.GONE)])
    first, address, second, _ = capsys.readouterr().out.splitlines()
    assert output.width(first) <= 80
    assert first.startswith("2026-11-24 08:30  一个")
    assert first.endswith("…  (2 versions)")
    assert address.strip() == page().url
    assert second == "2026-11-24 08:30  (no version)  (gone)"


def test_a_hit_stands_in_brackets_where_nothing_is_bold() -> None:
    assert cards.found("…of the \x02cold\x03 \x02starts\x03 \x1b[2J") == "…of the [cold] [starts] \\u001b[2J"


@pytest.mark.parametrize(("number", "said"), [(0, "0 words"), (1, "1 word"), (1234, "1,234 words")])
def test_things_are_counted(number: int, said: str) -> None:
    assert output.counted(number, "word") == said


@pytest.mark.parametrize("name", COMMANDS)
def test_the_overview_says_what_the_command_says(name: str) -> None:
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    assert (command.help or "").split("\n")[0] == COMMANDS[name][1]
    assert isinstance(command, click.Group) or "Example: clip " in (command.help or "")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("90s", 90), ("1.5m", 90), ("12h", 43200), ("1d", 86400), ("2w", 1209600)]
)
def test_spans_of_time(text: str, seconds: float) -> None:
    assert Duration().convert(text, None, None) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "soon", "d", "1y", "-", "1e999d"])
def test_what_is_no_span_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Duration().convert(text, None, None)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-01", datetime(2026, 10, 1, 23, 59, 59, 999999, tzinfo=UTC)),
        ("2026-10-01T08:30", datetime(2026, 10, 1, 8, 30, tzinfo=UTC)),
        ("2026-10-01T08:30+08:00", datetime(2026, 10, 1, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_day_means_its_end_and_a_time_is_utc(text: str, moment: datetime) -> None:
    assert Moment().convert(text, None, None) == moment
