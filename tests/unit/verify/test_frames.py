"""What is read out of Grafana's data frames."""

from typing import Any

from tests.unit.verify.fake import lines_frame, numbers_frame
from verify import frames


def test_numbers_become_series_with_their_labels() -> None:
    """Each number field is a series under its labels, gaps and all."""
    answer = {"frames": [numbers_frame({"mode": "user", "cpu": "0"}, [1, 2, 3], [0.5, 1.5, None])]}

    series, lines = frames.read("A", answer)

    expected = frames.Series(
        ref="A",
        name="cpu=0, mode=user",
        labels={"mode": "user", "cpu": "0"},
        times=(1, 2, 3),
        values=(0.5, 1.5, None),
    )
    assert [expected] == series
    assert [] == lines
    assert 1.5 == series[0].last


def test_the_legend_that_grafana_made_is_the_name() -> None:
    """`displayNameFromDS` is the panel's legend with the labels filled in."""
    frame = numbers_frame({"mode": "user"}, [1], [1])
    frame["schema"]["fields"][1]["config"] = {"displayNameFromDS": "User"}

    series, _ = frames.read("A", {"frames": [frame]})

    assert ["User"] == [one.name for one in series]


def test_log_lines() -> None:
    """Text, time and labels of each line are told apart from the frame's other strings."""
    series, lines = frames.read("A", {"frames": [lines_frame([1, 2], ["one", "two"])]})

    assert [] == series
    assert ["one", "two"] == [line.text for line in lines]
    assert [1, 2] == [line.time for line in lines]
    assert {"job": "files"} == lines[0].labels


def test_an_answer_without_frames_is_empty() -> None:
    """No frames at all, an empty list of them, and null all mean that there is nothing."""
    answers: list[dict[str, Any]] = [{}, {"frames": []}, {"frames": None}]
    for answer in answers:
        assert ([], []) == frames.read("A", answer)


def test_a_series_of_gaps_has_no_last_value() -> None:
    """Nulls aren't data, however many there are."""
    series, _ = frames.read("A", {"frames": [numbers_frame({}, [1, 2], [None, None])]})

    assert series[0].last is None


def test_executed_query() -> None:
    """The query with its variables filled in comes from the first frame that has one."""
    answer = {"frames": [numbers_frame({}, [], []), numbers_frame({}, [], [], query="up")]}

    assert "up" == frames.executed(answer)
    assert "" == frames.executed({})
