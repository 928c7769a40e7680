from __future__ import annotations

import pytest
import torch

from backend.lm.batch import IGNORED
from backend.lm.copying import NOTHING, CopyGate, sources

MARK = 7


def row(text: str) -> tuple[list[int], list[int]]:
    """Ids and labels: "." a word of the user, "p" a part of what is given, "A" a token of the assistant."""
    return [MARK if c == "p" else 1 for c in text], [1 if c == "A" else IGNORED for c in text]


def found(*texts: str, places: int = 1, mark: int | None = MARK) -> list[list[int]]:
    rows = [row(t) for t in texts]
    ids, labels = (torch.tensor([r[k] for r in rows]) for k in (0, 1))
    return sources(ids, labels, mark, places).tolist()


def at_answers(text: str, **more: int) -> list[int]:
    """Of each token of the assistant, and of what it would write next."""
    (of,) = found(text, **more)
    return [source for source, c in zip(of, text, strict=False) if c == "A"] + of[-1:]


def test_an_answer_takes_over_from_the_pose_of_its_question() -> None:
    assert at_answers(".p..AA") == [0, 0, NOTHING]


def test_a_reply_that_is_still_to_be_written_does_too() -> None:
    assert found(".p..")[0][-1] == 0
    assert found("..")[0][-1] == NOTHING


def test_the_last_of_several_poses_counts() -> None:
    assert at_answers("p.p.A") == [1, NOTHING]


def test_what_an_earlier_turn_was_given_is_over() -> None:
    assert at_answers("p.AA..AA") == [0, 0, NOTHING, NOTHING, NOTHING]
    assert at_answers("p.AAp.AA") == [0, 0, 1, 1, NOTHING]
    assert found("p.AA..")[0][-1] == NOTHING


def test_poses_of_several_tokens_are_counted_whole_and_over_all_rows() -> None:
    assert [of[-1] for of in found("pp.pp.", "....pp", places=2)] == [1, 2]


def test_without_a_mark_there_is_nothing_to_take_over() -> None:
    assert set(found("....", mark=None)[0]) == {NOTHING}


def test_the_gate_is_between_what_is_said_and_what_is_given() -> None:
    gate = CopyGate(4, 3)
    said, given = torch.zeros(2, 3, 6), torch.ones(2, 3, 6)
    out = gate(torch.randn(2, 4), said, given, torch.tensor([True, False]))
    assert torch.allclose(out[0], torch.full((3, 6), 0.8808), atol=1e-4)  # 1 / (1 + exp(-2))
    assert (out[1] == 0).all()


@pytest.mark.parametrize(("bias", "taken"), [(20.0, 1.0), (-20.0, 0.0)])
def test_each_joint_has_a_gate_of_its_own(bias: float, taken: float) -> None:
    gate = CopyGate(4, 3)
    with torch.no_grad():
        gate.share.bias[1] = bias
    out = gate(torch.randn(1, 4), torch.zeros(1, 3, 6), torch.ones(1, 3, 6), torch.tensor([True]))
    assert torch.allclose(out[0, 1], torch.full((6,), taken), atol=1e-5)
    assert torch.allclose(out[0, 0], torch.full((6,), 0.8808), atol=1e-4)
