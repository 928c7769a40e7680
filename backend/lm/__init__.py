"""Pose language models: a language model of transformers, a pose token, a head that turns what it saw into rotations.

This is the language-model tier: torch and transformers are imported here and by nobody else but `backend.train`.
"""
