"""Posing from pictures: `pictures` gets them from wherever they are, `picture_operators` ask with them.

What a photo came to (overlay, who is meant, how sure) is in `outcome_panel` and `outcome_operators`.
"""
