"""A stranger's picture made into one of ours, in a confined child process."""

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

from geodata.confined import run_child
from geodata.errors import RefusedFile
from geodata.stations import photo_limits as limits


@dataclass(frozen=True, slots=True)
class Picture:
    """A JPEG without any metadata and its thumbnail; ``sha256`` is of ``content``."""

    content: bytes
    thumbnail: bytes
    sha256: bytes
    width: int
    height: int


def rewrite_picture(data: bytes) -> Picture:
    """Decode a JPEG, PNG or WebP picture and encode it anew, upright, at most 1600 px a side.

    Raises:
        RefusedFile: ``photo_too_large`` (bytes), ``photo_kind``, ``photo_too_many_pixels``,
            ``photo_too_small``, ``photo_unreadable``, or ``file_too_slow``.
    """
    if len(data) > limits.MAX_FILE_BYTES:
        raise RefusedFile("photo_too_large", limit_mb=limits.MAX_FILE_BYTES // limits.MIB)
    with tempfile.TemporaryDirectory(prefix="tenmin-photo-") as name:
        folder = Path(name)
        (folder / "source").write_bytes(data)
        order = folder / "order.json"
        order.write_text(json.dumps({"folder": name}), encoding="ascii")
        try:
            run_child("geodata.stations.photo_child", order, folder=folder, seconds=limits.SECONDS)
        except RefusedFile as refusal:
            if refusal.code != "file_unreadable":
                raise
            # Out of memory, or crashed: what is wrong with the picture is not known.
            raise RefusedFile("photo_unreadable") from refusal
        return _collect(folder)


def _collect(folder: Path) -> Picture:
    answer = json.loads((folder / "answer.json").read_text(encoding="ascii"))
    if "refused" in answer:
        raise RefusedFile(str(answer["refused"]), **answer["params"])
    content = (folder / "full.jpg").read_bytes()
    return Picture(
        content=content,
        thumbnail=(folder / "thumbnail.jpg").read_bytes(),
        sha256=hashlib.sha256(content).digest(),
        width=answer["width"],
        height=answer["height"],
    )
