"""addon/batch/key_list.py: a list of poses is read as an animator writes it, and what is wrong names its line."""

import pytest
from posewright_ext.addon.batch.key_list import BadKeyList, Timing, read_key_list

TIMING = Timing(first=1, step=10, rate=24.0)


def frames(text, kind="txt"):
    return [(k.frame, k.prompt) for k in read_key_list(text, TIMING, kind)]


def test_frames_steps_seconds_and_remarks():
    text = "1: standing\n# a remark\n\n24: crouches\n+12: leaps\nlooks up\n2s: lands: softly\n+0.5s: rests"
    assert frames(text) == [
        (1, "standing"), (24, "crouches"), (36, "leaps"), (46, "looks up"), (49, "lands: softly"), (61, "rests"),
    ]  # fmt: skip


def test_lines_without_frames_follow_each_other_from_the_first():
    assert frames("standing\nsitting\nlying") == [(1, "standing"), (11, "sitting"), (21, "lying")]


def test_words_that_begin_with_a_number_are_words():
    assert frames("2 hands on the hips") == [(1, "2 hands on the hips")]


def test_keys_come_by_frame_however_they_are_written():
    assert [f for f, _ in frames("30: a\n10: b\n20: c")] == [10, 20, 30]


ROWS = '1,standing\n24,"sits, tired"'


@pytest.mark.parametrize("text", [f"frame,prompt\n{ROWS}", 'prompt,frame\nstanding,1\n"sits, tired",24', ROWS])
def test_csv_with_and_without_names(text):
    assert frames(text, "csv") == [(1, "standing"), (24, "sits, tired")]


def test_json_lines():
    text = '{"frame": 5, "prompt": "a"}\n\n{"prompt": "b"}\n{"frame": "+3", "prompt": "c"}'
    assert frames(text, ".jsonl") == [(5, "a"), (15, "b"), (18, "c")]


@pytest.mark.parametrize(
    ("text", "kind", "words"),
    [
        ("", "txt", "no poses"),
        ("# only a remark", "txt", "no poses"),
        ("12:", "txt", "line 1 has a frame and no words"),
        ("5: a\n5: b", "txt", "lines 1 and 2 are both on frame 5"),
        ("1", "csv", "line 1: expected a frame and a prompt"),
        ("soon,standing", "csv", "line 1: 'soon' is no frame"),
        ("{", "jsonl", "line 1 is not JSON"),
        ('{"prompt": 3}', "jsonl", "line 1: expected"),
        ('{"prompt": "a", "frame": [1]}', "jsonl", "is no frame"),
        ("a\n" * 2001, "txt", "more than 2,000"),
    ],
)
def test_what_is_wrong_names_its_line(text, kind, words):
    with pytest.raises(BadKeyList, match=words):
        frames(text, kind)
