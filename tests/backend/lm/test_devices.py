"""Where models run: what is chosen, what is refused, what running out of memory says."""

from __future__ import annotations

import pytest
import torch

from backend.errors import BadInput, NotAvailable
from backend.lm.devices import (
    BITS_VARIABLE,
    DEVICE_VARIABLE,
    Placement,
    best_device,
    check_room,
    free_bytes,
    memory_told,
    placement,
)


@pytest.fixture(autouse=True)
def unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(DEVICE_VARIABLE, raising=False)
    monkeypatch.delenv(BITS_VARIABLE, raising=False)


def test_a_processor_calculates_in_full_numbers_unless_told_otherwise() -> None:
    assert placement("cpu") == Placement("cpu", 32)
    assert placement("cpu").dtype == torch.float32
    assert placement("cpu", 16).dtype == torch.bfloat16


@pytest.mark.parametrize("device", ["cuda", "cuda:1"])
def test_cards_without_bfloat16_calculate_in_float16(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda: False)
    assert Placement(device, 16).dtype == torch.float16
    monkeypatch.setattr("torch.cuda.is_bf16_supported", lambda: True)
    assert Placement(device, 16).dtype == torch.bfloat16


def test_the_environment_is_asked_before_the_best_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    assert placement().device == best_device()
    monkeypatch.setenv(DEVICE_VARIABLE, "cpu")
    monkeypatch.setenv(BITS_VARIABLE, "16")
    assert placement() == Placement("cpu", 16)


@pytest.mark.parametrize(("device", "bits"), [("gpu", 0), ("cpu", 12)])
def test_what_nobody_knows_is_refused_with_what_there_is(device: str, bits: int) -> None:
    with pytest.raises(BadInput) as caught:
        placement(device, bits)
    assert "cuda" in caught.value.hint or "16" in caught.value.hint


def test_bits_in_the_environment_must_be_a_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(BITS_VARIABLE, "half")
    with pytest.raises(BadInput, match="half"):
        placement("cpu")


def test_few_bits_say_what_they_need(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.lm.devices.find_spec", lambda name: None)
    with pytest.raises(NotAvailable, match="bitsandbytes") as caught:
        placement("cpu", 4)
    assert "pip install" in caught.value.hint


@pytest.mark.parametrize("fault", [torch.OutOfMemoryError("x"), MemoryError(), RuntimeError("MPS: out of memory")])
def test_running_out_of_memory_offers_ways_out(fault: Exception) -> None:
    with pytest.raises(NotAvailable, match="writing the reply") as caught, memory_told("writing the reply"):
        raise fault
    assert caught.value.code == "out_of_memory" and "smaller" in caught.value.hint


def test_other_faults_are_left_as_they_are() -> None:
    with pytest.raises(RuntimeError, match="shape"), memory_told("it"):
        raise RuntimeError("shape mismatch")


def test_a_model_larger_than_the_memory_is_refused_and_a_small_one_is_not() -> None:
    here = Placement("cpu", 32)
    if free_bytes("cpu") is None:
        pytest.skip("this system does not tell what is free")
    check_room(1000, here)
    with pytest.raises(NotAvailable, match="GiB"):
        check_room(10**14, here)
