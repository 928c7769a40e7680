"""Prompts that are none: a polite, true and quick reply, the best pose or none, and never an exception."""

from __future__ import annotations

import time

import pytest

from backend.language.cleaning import clean
from backend.language.reader import read
from backend.language.replies import reply_to
from backend.language.tongues import tongue_of

ODD = [
    "", "   ", "\n\t", "...!?", "()", "12345", "3.14 1e9", "asdfgh", "qwertz uiop", "x" * 1_000_000, "walk " * 10_000,
    "blorf " * 9_000, "left " * 9_000,
    "ab, " * 10_000, "\x00\x01\x1b[31m", "\u200b\u200c\ufeff", "\ud800", "🙂" * 500,
    "<script>alert('x')</script>", "SELECT * FROM poses; DROP TABLE users;--",
    '{"pose": {"arm": null}}', "%s %n {0} ${x}",
    "def f(x):\n    return x + 1", "../../etc/passwd", "null", "NaN", "-1", "not not not", "\u202egniklaw", "Ａ Ｂ Ｃ",
]  # fmt: skip


@pytest.mark.parametrize("prompt", ODD, ids=lambda p: ascii(p[:16]))
def test_odd_prompts_get_a_short_reply_at_once(prompt: str) -> None:
    read("walk")  # the atlas is loaded
    began = time.process_time()
    reply = reply_to(read(prompt))
    assert time.process_time() - began < 1.0
    assert reply and len(reply) < 2500


@pytest.mark.parametrize(
    ("prompt", "language"),
    [
        ("Ein Mann hebt beide Arme nach oben", "German"),
        ("der Mann sitzt auf einem Stuhl und trinkt", "German"),
        ("Un homme lève le bras gauche", "French"),
        ("Una mujer corre con los brazos en alto", "Spanish"),
        ("un uomo con le braccia alzate sulla testa", "Italian"),
        ("een man met de handen op zijn hoofd", "Dutch"),
        ("片手を上げて立っている人", "Japanese"),
        ("رجل يرفع يديه", "Arabic"),
        ("Человек бежит", "Cyrillic"),
        ("사람이 앉아 있다", "Korean"),
    ],
)
def test_of_another_language_it_is_said_that_english_is_read(prompt: str, language: str) -> None:
    reading = read(prompt)
    reply = reply_to(reading)
    assert reading.is_empty and "English" in reply and language in reply


@pytest.mark.parametrize(
    "prompt",
    ["a man in a bar, one hand in the pocket", "port de bras", "adho mukha svanasana", "mawashi geri", "en garde"],
)
def test_english_and_names_of_poses_are_no_other_language(prompt: str) -> None:
    assert not read(prompt).is_empty


def test_a_foreign_word_or_two_does_not_make_another_language() -> None:
    assert tongue_of("the man waves to el capitan on the deck") == ""


@pytest.mark.parametrize(
    ("prompt", "plain"),
    [
        ("w\u200balk\u200bing", "walking"),
        ("wаlking with left аrm up", "walking with left arm up"),
        ("ｗａｌｋｉｎｇ", "walking"),
        ("walk\x07", "walk"),
        ("LEFT ARM RAISED", "left arm raised"),
    ],
)
def test_disguised_letters_are_read(prompt: str, plain: str) -> None:
    assert read(prompt).program == read(plain).program != ()


@pytest.mark.parametrize(("emoji", "name"), [("🏃", "run"), ("👍", "thumbs up"), ("🤷", "shrug"), ("💃", "dance")])
def test_emoji_say_what_they_show(emoji: str, name: str) -> None:
    assert name in read(emoji).named


@pytest.mark.parametrize(
    "prompt", ["having sex", "a man raping a woman", "torture a prisoner", "kill yourself", "fuck you", "nazi salute"]
)
def test_some_requests_get_a_neutral_reply_and_no_pose(prompt: str) -> None:
    reading = read(prompt)
    assert reading.is_empty
    assert reply_to(reading).startswith("I have no poses of that kind.")


@pytest.mark.parametrize("prompt", ["a sexy lady picks up a bag", "fighting", "aiming a rifle"])
def test_ordinary_requests_are_not_refused(prompt: str) -> None:
    assert not read(prompt).is_empty


def test_cleaning_leaves_plain_words_alone() -> None:
    text = "Left arm raised 45°, don't look down; right palm up."
    assert clean(text) == text


def test_names_of_motion_files_are_words() -> None:
    assert "walk" in read("SadWalk01").named or "sad walk" in read("SadWalk01").named
