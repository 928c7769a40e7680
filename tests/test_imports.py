"""The one-way rule of the design, read from the import statements of every module.

addon -> rigs <- backend        rotations -> body -> posecodes -> solver        language, engines, vision -> those
In the add-on each room uses only rooms that stand before it in the table of rooms.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("addon", "backend", "rigs")
EMBEDDED_TIER = {"numpy", "starlette", "uvicorn", "anyio", "rigs", "backend"}
HOST = {"bpy", "bpy_extras", "bl_ui", "mathutils", "gpu", "gpu_extras", "blf", "numpy", "requests", "addon_utils"}
COMMON = {"errors", "ticks", "backend"}  # "backend" is backend/__init__.py: the version

# What a part of backend may use of backend. A part is a folder or a top-level module; itself is always allowed.
MAY_USE: dict[str, set[str]] = {
    "__init__": set(),
    "errors": set(),
    "ticks": set(),
    "body": set(),
    "posecodes": {"body"},
    "solver": {"body", "posecodes"},
    "language": {"body", "posecodes"},
    "vision": {"body", "posecodes", "solver"},
    # Of the solver only the settings that an engine proposes, of vision only whether it could run.
    "engines": {"body", "posecodes", "language", "solver", "vision", "lm", "writer"},
    "writer": {"body", "posecodes", "language", "solver", "vision", "lm"},
    "lm": {"body", "posecodes"},
    "pipeline": {"body", "posecodes", "solver", "language", "engines", "photo_answer", "photo_overlay", "track_answer"},
    "photo_answer": {"body", "posecodes", "solver", "language", "vision", "photo_touches", "photo_beside"},
    "photo_overlay": {"body", "vision"},
    "photo_touches": {"body", "language", "vision"},
    "photo_beside": {"body", "posecodes", "solver", "language", "vision"},
    "track_answer": {"body", "vision"},
    "jobs": {"pipeline"},
    "guard": set(),
    "server": {"pipeline", "jobs", "guard"},
    "parent": set(),
    "serve": {"pipeline", "server", "parent"},
    "files": {"body"},
    "console": set(),
    "contacts_option": set(),
    "blender": {"files"},
    "pose_command": {"pipeline", "files", "blender", "console", "body", "vision", "contacts_option"},
    "setup_command": {"vision"},
    "writer_command": {"writer", "engines", "console"},
    "track_command": {"track_answer", "vision", "files", "blender", "console"},
    "program_file": {"posecodes"},
    "posecodes_command": {"posecodes", "program_file"},
    "atlas_command": {"pipeline", "language", "posecodes", "pose_command", "files", "body"},
    "solve_command": {"pipeline", "posecodes", "program_file", "pose_command", "files", "console"},
    "batch": {"pipeline", "jobs", "console", "batch_workers"},
    "batch_workers": {"pipeline", "batch"},
    "cli": {
        "pipeline",
        "files",
        "console",
        "pose_command",
        "solve_command",
        "posecodes_command",
        "atlas_command",
        "setup_command",
        "writer_command",
        "track_command",
        "batch",
        "serve",
    },
    "__main__": {"cli"},
}
# Development or another tier: these may also import torch, anny, smplx and the like, and everything of backend.
OTHER_TIERS = {"train"}
LANGUAGE_MODEL_TIER = {"torch", "transformers", "peft", "safetensors", "tokenizers", "PIL"}  # of backend/lm only
OTHER_TIER_FILES = {"backend/body/bake/__main__.py", "backend/body/bake/source.py", "backend/body/smplx_file.py"}
PHOTO_TIER = ("models", "images", "regions", "frames", "transformer", "hub")
OTHER_TIER_FILES |= {f"backend/writer/{name}.py" for name in ("endpoint", "local", "constraint", "marks")}
OTHER_TIER_FILES |= {f"backend/vision/{name}.py" for name in PHOTO_TIER}

# What a room of the add-on uses of other rooms, no more and no less; every room uses rooms before it only.
ROOMS: dict[str, set[str]] = {
    "rig": set(),
    "service": set(),
    "ui": {"service"},
    "bodies": {"rig", "ui"},
    "tiers": {"service"},
    "settings": {"service", "tiers"},
    "memory": {"rig", "service", "settings", "ui"},
    "posing": {"rig", "service", "settings", "memory", "ui"},
    "engines": {"service", "tiers", "settings", "posing", "ui"},
    "photos": {"service", "posing", "engines", "ui"},
    "batch": {"rig", "service", "settings", "posing", "ui"},
    "files": {"rig", "posing", "photos", "ui"},
    "panels": {"rig", "service", "settings", "posing", "engines", "photos", "ui"},
    "headless": {"rig", "bodies", "batch"},
}
NO_ROOM = {
    "__init__",
    "registration",
    "compat",
}  # the name, the entry, and Blender's versions, which any room may ask for

MODULES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def names(path: Path) -> Iterator[str]:
    """Dotted names of everything that a module imports, relative imports made absolute, wherever they stand."""
    package = path.relative_to(ROOT).with_suffix("").parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = [*base, *(node.module.split(".") if node.module else ())]
            if node.level > len(package) and not module:
                continue
            yield from (".".join([*module, alias.name]) for alias in node.names)


def part(dotted: str) -> str:
    """The part of backend that a name like backend.body.rotations.skew or backend.__version__ belongs to."""
    pieces = dotted.split(".")
    is_part = len(pieces) > 1 and (
        (ROOT / "backend" / pieces[1]).is_dir() or (ROOT / "backend" / f"{pieces[1]}.py").exists()
    )
    return pieces[1] if is_part else "backend"


def label(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_packages_point_one_way(path: Path) -> None:
    package = path.relative_to(ROOT).parts[0]
    forbidden = {"addon": {"backend"}, "backend": {"addon"}, "rigs": {"addon", "backend"}}[package]
    assert not {name for name in names(path) if name.split(".")[0] in forbidden}


@pytest.mark.parametrize("path", [p for p in MODULES if label(p).startswith("backend/")], ids=label)
def test_parts_of_the_backend_point_one_way(path: Path) -> None:
    own = part("backend." + path.relative_to(ROOT / "backend").with_suffix("").parts[0])
    if own in OTHER_TIERS:
        return
    own = "__init__" if own == "backend" else own
    assert own in MAY_USE, f"say in {label(Path(__file__))} what backend/{own} may use"
    used = {part(name) for name in names(path) if name.split(".")[0] == "backend"}
    assert used <= MAY_USE[own] | COMMON | {own}


def test_rotations_are_the_bottom() -> None:
    inside = {name for name in names(ROOT / "backend/body/rotations.py") if name.split(".")[0] in PACKAGES}
    assert not inside


@pytest.mark.parametrize("path", [p for p in MODULES if label(p).startswith(("backend/", "rigs/"))], ids=label)
def test_the_embedded_tier_needs_only_numpy_and_pure_python(path: Path) -> None:
    """What other tiers need stands in modules of its own, listed above."""
    if label(path) in OTHER_TIER_FILES or part("backend." + path.relative_to(ROOT).parts[1]) in OTHER_TIERS:
        return
    allowed = {"numpy", "rigs"} if path.relative_to(ROOT).parts[0] == "rigs" else EMBEDDED_TIER
    if label(path).startswith("backend/lm/"):
        allowed |= LANGUAGE_MODEL_TIER
    roots = {name.split(".")[0] for name in names(path)}
    assert roots <= allowed | set(sys.stdlib_module_names)


def rooms_used(room: str) -> set[str]:
    """Rooms that modules of a room import, for types as well."""
    inside = (name for path in (ROOT / "addon" / room).rglob("*.py") for name in names(path))
    return {name.split(".")[1] for name in inside if name.startswith("addon.")} & set(ROOMS) - {room}


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_of_the_addon_use_what_the_table_says(room: str) -> None:
    assert rooms_used(room) == ROOMS[room], f"say in {label(Path(__file__))} what addon/{room} uses"


def test_rooms_of_the_addon_point_one_way() -> None:
    order = list(ROOMS)
    for room, used in ROOMS.items():
        assert used <= set(order[: order.index(room)]), room


def test_every_module_of_the_addon_is_in_a_room() -> None:
    found = {
        path.relative_to(ROOT / "addon").with_suffix("").parts for path in MODULES if label(path).startswith("addon/")
    }
    assert {parts[0] for parts in found if len(parts) > 1} == set(ROOMS)
    assert {parts[0] for parts in found if len(parts) == 1} == NO_ROOM
    assert max(map(len, found)) == 2


@pytest.mark.parametrize("path", sorted((ROOT / "addon").glob("*/__init__.py")), ids=label)
def test_entering_a_room_loads_nothing(path: Path) -> None:
    """It says what the room is, and imports nothing: modules are loaded one by one, when they are needed."""
    statements = ast.parse(path.read_text(encoding="utf-8")).body
    assert len(statements) == 1 and ast.get_docstring(ast.Module(statements, []))


@pytest.mark.parametrize("path", [p for p in MODULES if label(p).startswith("addon/")], ids=label)
def test_the_addon_uses_what_blender_has(path: Path) -> None:
    roots = {name.split(".")[0] for name in names(path)}
    assert roots <= HOST | set(sys.stdlib_module_names) | {"addon", "rigs"}


def test_the_reader_of_imports_sees_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    module = tmp_path / "backend" / "body" / "x.py"
    module.parent.mkdir(parents=True)
    module.write_text(
        "import torch.nn\nfrom . import y\nfrom ..solver.lm import solve\ndef f():\n    from rigs import wire\n"
    )
    assert list(names(module)) == ["torch.nn", "backend.body.y", "backend.solver.lm.solve", "rigs.wire"]


def test_the_tests_are_no_package() -> None:
    """With an `__init__.py` pytest would take the checkout, which is Blender's entry, for a package.

    Its name would be the folder's: a checkout in a folder called "copy" would hide the module `copy`.
    """
    assert not list((ROOT / "tests").rglob("__init__.py"))
