"""What the user has set, and what follows from it.

`preferences` holds it and plans how the service is started; `service_settings` is the same as the variables that the
service reads. The page in Blender's preferences is drawn in `engines`, where it is known what is set up.
"""
