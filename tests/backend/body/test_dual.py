import numpy as np
import pytest

from backend.body.dual import (
    Dual,
    above,
    along,
    angle_between,
    atan2,
    below,
    dot,
    faded,
    hypot,
    norm,
    stack,
    times,
    unit,
)


def _vectors(seed: int) -> tuple[Dual, Dual]:
    """Two vectors that depend linearly on five numbers."""
    rng = np.random.default_rng(seed)
    return tuple(Dual(rng.normal(size=(2, 3)), rng.normal(size=(2, 3, 5))) for _ in range(2))  # type: ignore[return-value]


OPERATIONS = {
    "dot": dot,
    "norm": lambda a, b: norm(a - b),
    "unit": lambda a, b: unit(a + b),
    "along": lambda a, b: along(a, np.array([0.2, -0.5, 0.3])),
    "angle": lambda a, b: angle_between(unit(a), unit(b)),
    "atan2": lambda a, b: atan2(a.component(0), b.component(1)),
    "stack": lambda a, b: stack([a, dot(a, b).as_row()]),
    "index": lambda a, b: a[:, ::2],
    "grouped": lambda a, b: a.grouped(3),
    "above": lambda a, b: above(a, 0.1),
    "below": lambda a, b: below(b, 0.1),
    "times": lambda a, b: times(a.component(0), b.component(1)),
    "hypot": lambda a, b: hypot(a.component(0), b.component(1)),
    "faded": lambda a, b: faded(a.component(0), norm(b), 1.3),
    "scaled": lambda a, b: a.scaled(np.array([1.0, 2.0, -3.0])),
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_derivative_agrees_with_finite_differences(name):
    a, b = _vectors(3)
    out = OPERATIONS[name](a, b)
    assert a.jac is not None and b.jac is not None and out.jac is not None
    for k in range(5):
        d = 1e-6 * np.eye(5)[k]
        plus = OPERATIONS[name](Dual(a.value + a.jac @ d), Dual(b.value + b.jac @ d)).value
        minus = OPERATIONS[name](Dual(a.value - a.jac @ d), Dual(b.value - b.jac @ d)).value
        assert np.allclose((plus - minus) / 2e-6, out.jac[..., k], atol=1e-6)


def test_angle_between_known_directions():
    x, y = Dual(np.array([[1.0, 0, 0]])), Dual(np.array([[0, 1.0, 0]]))
    assert np.isclose(angle_between(x, y).value[0], np.pi / 2)
    assert np.isclose(angle_between(x, -x).value[0], np.pi)


def test_derivatives_are_finite_where_none_exists():
    zero = Dual(np.zeros((1, 3)), np.ones((1, 3, 2)))
    for out in (
        norm(zero),
        hypot(zero.component(0), zero.component(1)),
        faded(zero.component(0), norm(zero), 0.3),
        unit(zero),
        angle_between(
            Dual(np.array([[1.0, 0, 0]]), np.ones((1, 3, 2))), Dual(np.array([[1.0, 0, 0]]), np.ones((1, 3, 2)))
        ),
    ):
        assert out.jac is not None and np.isfinite(out.jac).all()
