"""Which of several answers counts: the one whose pose is nearest to the poses of all others (the medoid).

Majorities of single statements were tried as well (`agreed` of tests/bench/voting.py, with the figures there).
"""
