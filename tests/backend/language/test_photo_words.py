"""Words beside a picture: who is meant is parted from what is to change."""

from __future__ import annotations

import pytest

from backend.language.photo_words import COLOURS, photo_words
from backend.vision.colours import WORDS


@pytest.mark.parametrize(
    ("prompt", "who", "change"),
    [
        ("", None, ""),
        ("this pose", None, ""),
        ("copy the pose in this photo", None, ""),
        ("the man on the left", "man on the left", ""),
        ("the pose of the second person from the right", "second person from the right", ""),
        ("the tallest one, but sitting", "tallest one", "same but sitting"),
        ("this, but sitting", None, "same but sitting"),
        ("same pose but with the arms crossed", None, "same but with the arms crossed"),
        ("mirror it", None, "same but mirror it"),
        ("raise the left arm", None, "same but raise the left arm"),
        ("her hands are clasped", None, "same but her hands are clasped"),
        ("left arm up", None, "same but left arm up"),
        ("lying on the back", None, "same but lying on the back"),
        ("like in the photo, standing on tiptoe", None, "same but standing on tiptoe"),
        ("same as the reference, just raise the left leg", None, "same but just raise the left leg"),
        ("please match this pose exactly", None, ""),
        ("as in the picture", None, ""),
        ("what is she doing?", None, "what is she doing?"),
        ("this, but standing up", None, "same but stand up straight"),
        ("standing on one leg", None, "same but standing on one leg"),
    ],
)
def test_words_are_parted(prompt: str, who: str | None, change: str) -> None:
    words = photo_words(prompt)
    assert (words.who, words.change) == (who, change)


@pytest.mark.parametrize(
    ("prompt", "who", "change"),
    [
        ("the one sitting", "one sitting", ""),
        ("the seated man, but with the arms crossed", "seated man", "same but with the arms crossed"),
        ("the woman in the red shirt, left elbow bent 90", "woman in the red shirt", "same but left elbow bent 90"),
        ("the one with the arms raised, but kneeling", "one with the arms raised", "same but kneeling"),
        ("the man with crossed arms", "man", "same but crossed arms"),
        ("the man with the arms crossed", "man", "same but the arms crossed"),
    ],
)
def test_deeds_and_clothes_say_who(prompt: str, who: str, change: str) -> None:
    words = photo_words(prompt)
    assert (words.who, words.change) == (who, change)


@pytest.mark.parametrize("prompt", ["everybody", "both of them", "all of the people in the photo", "both"])
def test_everybody_is_meant(prompt: str) -> None:
    assert photo_words(prompt).everybody and not photo_words(prompt).change
    assert photo_words(f"{prompt}, but sitting").change == "same but sitting"
    assert not photo_words("both arms up").everybody and not photo_words("all fours").everybody


def test_parts_of_the_picture() -> None:
    assert photo_words("only the arms").only == ("arms", "hands")
    assert photo_words("just the left arm and the head").only == ("left_arm", "left_hand", "head", "face")
    assert photo_words("this but not the legs").never == ("legs",)
    assert photo_words("only the upper body, looking up").change == "same but looking up"
    assert photo_words("only the arms raised").only == ()


def test_colours_that_are_read_are_colours_that_are_seen() -> None:
    assert set(COLOURS) == set(WORDS)


@pytest.mark.parametrize(
    ("prompt", "change"),
    [
        ("looking at the camera", ""),
        ("this, but staring straight into the lens", ""),
        ("arms crossed, looking at the camera", "same but arms crossed"),
        ("she looks right at the viewer and smiles", "same but smiles"),
        ("the one on the left, looking at the camera with the hands on the hips", "same but the hands on the hips"),
    ],
)
def test_a_look_into_the_camera_is_parted_from_the_rest(prompt: str, change: str) -> None:
    words = photo_words(prompt)
    assert words.to_camera and words.change == change


@pytest.mark.parametrize("prompt", ["looking away from the camera", "walking towards the camera", "looking up"])
def test_other_looks_are_left_to_the_reader(prompt: str) -> None:
    words = photo_words(prompt)
    assert not words.to_camera and words.change == f"same but {prompt}"
