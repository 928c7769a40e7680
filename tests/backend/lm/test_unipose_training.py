"""What a stage may train: the adapter with the rows of pose tokens, the projector, and nothing else."""

from __future__ import annotations

import pytest
import torch

from backend.lm.lora import LoraSettings
from backend.lm.unipose_reading import joined
from backend.lm.unipose_training import PARTS, add_adapter, idle, train_only
from tests.backend.lm import tiny_unipose
from tests.backend.lm.tiny_unipose import answered

SMALL = LoraSettings(rank=2, alpha=4, dropout=0.0, targets=("q_proj", "v_proj"))


def test_an_untrained_adapter_changes_nothing() -> None:
    model = tiny_unipose.unipose()
    batch = joined([answered(model)[1]], model.pad_id)
    before = model(batch)
    add_adapter(model, SMALL)
    torch.testing.assert_close(model.eval()(batch), before, atol=1e-5, rtol=0)


@pytest.mark.parametrize("parts", [("adapter",), ("projector",), PARTS])
def test_only_the_parts_get_gradients(parts: tuple[str, ...]) -> None:
    from tests.backend.lm import tiny

    model = tiny_unipose.unipose(pictures=True)
    add_adapter(model, SMALL)
    train_only(model, parts)  # type: ignore[arg-type]
    turns = [("user", model.reader.picture), ("assistant", tiny_unipose.pose(model)[1])]
    model.loss(joined([model.reader.read(turns, [tiny.picture()])], model.pad_id)).backward()
    found = {n for n, p in model.named_parameters() if p.grad is not None}
    adapter = {n for n in found if "lora_" in n or "trainable_tokens" in n}
    projector = {n for n in found if n.startswith("visual.projector")}
    assert found == adapter | projector
    assert bool(adapter) == ("adapter" in parts) and bool(projector) == ("projector" in parts)


def test_a_batch_without_pictures_still_reaches_the_projector() -> None:
    model = tiny_unipose.unipose(pictures=True)
    train_only(model, ("projector",))
    zero = idle(model, ("projector",))
    zero.backward()
    assert float(zero.detach()) == 0.0
    assert model.visual is not None
    assert all(p.grad is not None for p in model.visual.projector.parameters())


@pytest.mark.parametrize(("parts", "pictures"), [(("adapter",), False), (("projector",), False)])
def test_parts_that_are_not_there_are_refused(parts: tuple[str, ...], pictures: bool) -> None:
    with pytest.raises(ValueError, match="nothing to train"):
        train_only(tiny_unipose.unipose(pictures=pictures), parts)  # type: ignore[arg-type]
