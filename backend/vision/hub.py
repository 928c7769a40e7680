"""Set-up of the ViTPose path: checkpoints from a folder of the user, or from the Hugging Face hub, once agreed to.

What would be downloaded, and how large it is, is said before anything is; only configurations and safetensors are
taken, never pickles. The file of the photo tier that imports huggingface_hub, which comes with transformers.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from backend.errors import BadFile, BadInput, NotAvailable

from .checkpoints import PACKAGES, people_checkpoint, pose_checkpoint
from .fetch import Say, install
from .models import folder

FILES: Final = ("config.json", "preprocessor_config.json", "model.safetensors")
_PACKAGES_SIZE: Final = "0.3 to 3 GB with what they need, by platform"
_ASK: Final = "Go on?"


@dataclass(frozen=True)
class Repository:
    """name: on the hub; place: the folder it gets beside the landmark models; said: for people, with its licence."""

    name: str
    place: str
    said: str


REPOSITORIES: Final = (
    Repository("usyd-community/vitpose-base-simple", "vitpose", "ViTPose base, the points (Apache-2.0)"),
    Repository("PekingU/rtdetr_r50vd_coco_o365", "detector", "RT-DETR R50, the people (Apache-2.0)"),
)


@dataclass(frozen=True)
class _Offer:
    """A repository at one commit, and the bytes of its files."""

    repository: Repository
    commit: str
    files: tuple[str, ...]
    size: int


def set_up(agreed: Callable[[str], bool], say: Say = print, endpoint: str | None = None) -> Path:
    """Install packages and download checkpoints that are missing, once `agreed` says yes. Returns their folder.

    Args:
        agreed: is asked a question, after what would be done was said.
        endpoint: of another hub than huggingface.co.

    Raises:
        BadInput: nobody agreed. NotAvailable: the hub or pip cannot be reached. BadFile: what came is not what it
            should be.
    """
    packages = [name for name in PACKAGES if find_spec(name) is None]
    if packages:
        say(f"packages to install: {', '.join(packages)} ({_PACKAGES_SIZE})")
        _agree(agreed)
        install(*packages, say=say)
    offers = [_offer(r, endpoint) for r in REPOSITORIES if not _is_there(r)]
    for offer in offers:
        say(f"to download: {offer.repository.said}, {offer.repository.name}, {offer.size / 1e6:.1f} MB")
    if offers:
        _agree(agreed)
    for offer in offers:
        _download(offer, endpoint, say)
    return folder()


def take(sources: Sequence[Path], say: Say = print) -> Path:
    """Copy checkpoints that a user has, a ViTPose and, if it is there, a detector. Returns the folder they are in.

    Raises:
        BadFile: one is neither.
    """
    places = [(source, _place_of(source)) for source in sources]
    for source, place in places:
        target = folder() / place
        target.mkdir(parents=True, exist_ok=True)
        for file in source.iterdir():
            if file.name == "config.json" or file.name.startswith(("preprocessor_config", "model")):
                shutil.copyfile(file, target / file.name)
        say(f"copied {source} to {target}")
    return folder()


def _place_of(source: Path) -> str:
    """Where a checkpoint belongs, by its architecture."""
    try:
        pose_checkpoint(source)
    except BadFile as no_vitpose:
        try:
            people_checkpoint(source)
        except BadFile as no_detector:
            hint = "give folders of a ViTPose and of an object detector for transformers"
            raise BadFile(f"{no_vitpose.message}; and {no_detector.message}", hint) from None
        return "detector"
    return "vitpose"


def _is_there(repository: Repository) -> bool:
    """Whether its place holds a checkpoint that can be used, this one or the user's own."""
    check = pose_checkpoint if repository.place == "vitpose" else people_checkpoint
    try:
        check(folder() / repository.place)
    except (BadFile, NotAvailable):
        return False
    return True


def _agree(agreed: Callable[[str], bool]) -> None:
    if not agreed(_ASK):
        raise BadInput("nothing was installed or downloaded", "say yes, or --yes; or --from with a folder", "declined")


def _offer(repository: Repository, endpoint: str | None) -> _Offer:
    with _reaching(repository.name):
        found = _hub().HfApi(endpoint=endpoint).model_info(repository.name, files_metadata=True)
    files = [s for s in found.siblings if s.rfilename in FILES]
    if not any(s.rfilename == "model.safetensors" for s in files):
        raise NotAvailable(f"{repository.name} has no model.safetensors now", "report it, please; or use --from")
    return _Offer(repository, found.sha, tuple(s.rfilename for s in files), sum(s.size or 0 for s in files))


def _download(offer: _Offer, endpoint: str | None, say: Say) -> None:
    """Fetch one repository into a folder beside its place, check it, and put it there."""
    target = folder() / offer.repository.place
    partial = target.with_name(f"{target.name}.part")
    say(f"downloading {offer.repository.name} at {offer.commit[:12]}")
    with _reaching(offer.repository.name):
        for file in offer.files:
            _hub().hf_hub_download(
                offer.repository.name, file, revision=offer.commit, local_dir=partial, endpoint=endpoint
            )
    check = pose_checkpoint if offer.repository.place == "vitpose" else people_checkpoint
    check(partial)
    shutil.rmtree(partial / ".cache", ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    partial.replace(target)


def _hub() -> Any:
    import huggingface_hub

    return huggingface_hub


@contextmanager
def _reaching(name: str) -> Iterator[None]:
    """Whatever goes wrong on the way to the hub as an error that says what else can be done."""
    try:
        yield
    except Exception as fault:
        first = str(fault).strip().split("\n")[0] or type(fault).__name__
        raise NotAvailable(
            f"{name} cannot be had from the hub: {first}",
            "is this computer online? or get its files elsewhere, and give their folder with --from",
            "offline",
        ) from None
