"""The solver: a program of posecodes and a starting pose -> a pose, with what it reached of every statement."""

from .least_squares import Stopping
from .pose_program import Setting, Solution, Verdict, judge, pose_program
from .problem import Problem, Term, build
from .solve import Solved, solve
from .stance import neutral_stance
from .start import starting_pose
from .weights import Weights

__all__ = [
    "Problem",
    "Setting",
    "Solution",
    "Solved",
    "Stopping",
    "Term",
    "Verdict",
    "Weights",
    "build",
    "judge",
    "neutral_stance",
    "pose_program",
    "solve",
    "starting_pose",
]
