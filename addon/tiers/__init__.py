"""Tiers: environments for what needs more than Blender brings. No bpy.

`catalogue` says what each is for and what is set up, `interpreters` finds Pythons to make them with, `setup` makes
and removes them, `setup_words` reads what pip says meanwhile. The buttons are in `engines`.
"""
