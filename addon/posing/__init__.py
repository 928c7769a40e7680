"""The way of a wish to a pose: from the words in the panel to one undo step.

`properties` are the fields (`drafts` keeps them over File > Open) and `choices` what they offer; `asking` makes a job
of them and of the scene; `session` runs it by a timer and applies what comes back, as far as `mixing` says, to one
character or to `everybody`; `thumbnails` show alternatives; `operators` are what can be pressed.
"""
