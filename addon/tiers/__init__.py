"""Tiers: environments for what needs more than Blender brings. No bpy.

`catalogue` says what each is for and what is set up, `interpreters` finds Pythons to make them with, `setup` makes them
by `processes` that can be stopped (`setup_words` reads what they say), `removal` removes them. The buttons are in
`engines`.
"""
