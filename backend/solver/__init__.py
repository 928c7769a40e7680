"""The solver: a program of posecodes and a starting pose -> a pose, with what it reached of every statement."""

from .least_squares import Stopping
from .problem import Problem, Term, build
from .solve import Solution, Verdict, judge, solve
from .stance import neutral_stance
from .start import alternatives, starting_pose
from .weights import Weights

__all__ = [
    "Problem",
    "Solution",
    "Stopping",
    "Term",
    "Verdict",
    "Weights",
    "alternatives",
    "build",
    "judge",
    "neutral_stance",
    "solve",
    "starting_pose",
]
