"""What was said and made before: the `conversation` about each character, and the `history` on disk.

`remembered` keeps both while Blender runs; each has its panel.
"""
