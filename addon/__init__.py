"""What must live in Blender. Importing this package imports no bpy: the pure modules are tested without Blender.

ROOT is the name Blender knows the extension by. Inside this folder `__package__` ends in ".addon", but preferences and
user folders are kept under the name of the package above it.
"""

from typing import Final

ROOT: Final[str] = __package__.rpartition(".addon")[0] or __package__
