"""Posewright: pose characters with words. This is the entry that Blender loads; the code is in `addon/`.

The imports are inside the functions, so that a tool that takes the checkout's root for a package does no harm.
"""


def register():
    from .addon import registration

    registration.register()


def unregister():
    from .addon import registration

    registration.unregister()
