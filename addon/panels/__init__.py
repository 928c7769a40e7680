"""The main panel of the sidebar (`main`), the service's buttons on it, and the ways to it (`shortcuts`).

The sections below the main panel are in the rooms of what they are about.
"""
