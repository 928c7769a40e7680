"""`make test-gui BLENDER=/path/to/blender`: the add-on in a real Blender window, photographed step by step.

Needs a display (or a virtual one, such as Xvfb) and nothing of this project's environment: Blender installs the zip.
`PHOTO=setup` also sets photos up in the window, as a user does (a download of 150 MB), and poses from one;
`PHOTO=/path/to/python` uses an environment that has what photos need.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "dist" / "gui"
SECONDS = 1800
_QUIET = "import bpy; bpy.context.preferences.view.show_splash = False; bpy.ops.wm.save_userpref()"


def main() -> int:
    blender = os.environ.get("BLENDER", "blender")
    zips = sorted((ROOT / "dist").glob("posewright-*.zip"))
    if not zips:
        print("there is no dist/posewright-*.zip: run make extension first", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory(prefix="posewright-gui-") as folder:
        environment = os.environ | {"BLENDER_USER_RESOURCES": folder}  # the user's own settings play no part
        prepare = [*blender.split(), "--background", "--factory-startup", "--python-expr", _QUIET]
        command = [*blender.split(), "--window-geometry", "0", "0", "1600", "1000",
                   "--python", str(ROOT / "tests/gui/scenario.py"), "--", str(zips[-1]), str(PICTURES)]  # fmt: skip
        try:
            subprocess.run(prepare, env=environment, timeout=SECONDS, check=True, stdout=subprocess.DEVNULL)
            status = subprocess.run(command, env=environment, timeout=SECONDS, check=False).returncode
        except FileNotFoundError:
            print(f"{blender} is not there: make test-gui BLENDER=/path/to/blender", file=sys.stderr)
            return 2
    print(f"pictures in {PICTURES.relative_to(ROOT)}: look at them")
    return status


if __name__ == "__main__":
    sys.exit(main())
