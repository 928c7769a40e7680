"""Engines: each reads a request its own way and proposes a program of posecodes, a pose to start from and a reply."""
