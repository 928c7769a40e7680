"""Makes an environment for each Blender that the extension is tested in and prints their interpreters.

Which Blenders: the `bpy==` lines of constraints.txt. The one that .venv has is .venv itself; each other one gets
`.venv-bpy-4.5` and so on, if a Python of its version is here. Prints one line for the variable POSEWRIGHT_BPY_PYTHONS;
what is skipped or done is said on stderr.

    .venv/bin/python -m tools.bpy_envs
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
_PIN: Final = re.compile(r'^(# other: )?bpy==(\S+) ; python_version == "([\d.]+)"$', re.MULTILINE)
_SCRIPTS: Final = "Scripts" if os.name == "nt" else "bin"


@dataclass(frozen=True)
class Blender:
    """One bpy module: its version, the Python that it exists for, and whether it is that Python's default here."""

    bpy: str
    python: str
    default: bool

    @property
    def folder(self) -> Path:
        return ROOT / f".venv-bpy-{'.'.join(self.bpy.split('.')[:2])}"

    @property
    def interpreter(self) -> Path:
        return self.folder / _SCRIPTS / "python"


def blenders(constraints: str) -> list[Blender]:
    """The bpy pins of a constraints file, in its order."""
    return [Blender(bpy, python, not other) for other, bpy, python in _PIN.findall(constraints)]


def main() -> int:
    constraints = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    here = "{}.{}".format(*sys.version_info[:2])
    found = []
    for blender in blenders(constraints):
        if blender.default and blender.python == here:
            found.append(sys.executable)
        elif make(blender, constraints):
            found.append(str(blender.interpreter))
    print(os.pathsep.join(found))
    return 0


def make(blender: Blender, constraints: str) -> bool:
    """Make or update the environment of one Blender. False when there is no Python for it."""
    packages = [f"bpy=={blender.bpy}", "-r", str(ROOT / "requirements" / "bpy.txt")]
    wanted = hashlib.sha256(repr((packages, constraints, packages_text())).encode()).hexdigest()
    stamp = blender.folder / "stamp"
    if stamp.exists() and stamp.read_text() == wanted:
        return True
    search = subprocess.run([ROOT / "tools/find-python", blender.python], capture_output=True, text=True, check=False)
    if search.returncode:
        print(f"bpy {blender.bpy} is not tested: there is no Python {blender.python} here", file=sys.stderr)
        return False
    print(f"making {blender.folder.name} for bpy {blender.bpy}", file=sys.stderr)
    subprocess.run([search.stdout.strip(), "-m", "venv", "--clear", blender.folder], check=True)
    pins = blender.folder / "constraints.txt"  # without bpy, whose default pin would stand in the way
    pins.write_text(re.sub(r"^bpy==.*$", "", constraints, flags=re.MULTILINE), encoding="utf-8")
    pip = [str(blender.interpreter), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", str(pins)]
    subprocess.run([*pip, *packages], check=True, stdout=sys.stderr)
    stamp.write_text(wanted)
    return True


def packages_text() -> str:
    return (ROOT / "requirements" / "bpy.txt").read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
