"""The reading half of a photo upload, run as its own process: limits on itself first, then the picture.

The picture is decoded and encoded anew, so place, camera, thumbnail, comments and whatever hides behind the
end of the file are gone. Never imported by the parent.
"""

import json
import warnings
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from geodata import confined
from geodata.stations import photo_limits as limits

_MAGIC = ((b"\xff\xd8\xff", "JPEG"), (b"\x89PNG\r\n\x1a\n", "PNG"), (b"RIFF", "WEBP"))


class Refused(Exception):
    """The picture cannot be taken; ``code`` and ``params`` as in ``RefusedFile``."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def kind_of(head: bytes) -> str:
    """JPEG, PNG or WEBP by the first bytes."""
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if found is None or (found == "WEBP" and head[8:12] != b"WEBP"):
        raise Refused("photo_kind")
    return found


def rewrite(source: Path, folder: Path) -> dict[str, int]:
    """Write ``full.jpg`` and ``thumbnail.jpg`` into a folder; returns width and height of the full one."""
    with source.open("rb") as file:
        kind = kind_of(file.read(16))
    with Image.open(source, formats=[kind]) as image:
        _check_size(image, kind)
        # A JPEG is made smaller while it is decoded: a photo of 100 megapixels costs a fraction of them.
        image.draft("RGB", (limits.LONGEST_SIDE_PX, limits.LONGEST_SIDE_PX))
        image.load()
        upright = _on_white(ImageOps.exif_transpose(image))
    full = ImageOps.contain(upright, (limits.LONGEST_SIDE_PX,) * 2) if _is_large(upright) else upright
    _save(full, folder / "full.jpg")
    _save(ImageOps.fit(full, limits.THUMBNAIL_PX), folder / "thumbnail.jpg")
    return {"width": full.width, "height": full.height}


def _check_size(image: Image.Image, kind: str) -> None:
    most = limits.MAX_JPEG_PIXELS if kind == "JPEG" else limits.MAX_OTHER_PIXELS
    if image.width * image.height > most:
        raise Refused("photo_too_many_pixels", megapixels=most // 1_000_000)
    if min(image.size) < limits.SHORTEST_SIDE_PX:
        raise Refused("photo_too_small", pixels=limits.SHORTEST_SIDE_PX)


def _is_large(image: Image.Image) -> bool:
    return max(image.size) > limits.LONGEST_SIDE_PX


def _on_white(image: Image.Image) -> Image.Image:
    """Only colours are left: see-through places become white, profiles and other info go."""
    rgba = image.convert("RGBA")
    white = Image.new("RGB", rgba.size, "white")
    white.paste(rgba, mask=rgba.getchannel("A"))
    return white


def _save(image: Image.Image, path: Path) -> None:
    image.save(path, "JPEG", quality=limits.QUALITY, optimize=True, progressive=True, exif=b"")


def main(order_path: str) -> None:
    """Do what the order says and write ``answer.json``: the size, or why not."""
    order = json.loads(Path(order_path).read_text(encoding="ascii"))
    folder = Path(order["folder"])
    confined.confine(
        seconds=limits.SECONDS, memory_bytes=limits.MEMORY_BYTES, output_bytes=limits.OUTPUT_BYTES
    )
    Image.MAX_IMAGE_PIXELS = limits.MAX_JPEG_PIXELS
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    try:
        answer: dict[str, Any] = rewrite(folder / "source", folder)
    except Refused as refusal:
        answer = {"refused": refusal.code, "params": refusal.params}
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        most = limits.MAX_JPEG_PIXELS // 1_000_000
        answer = {"refused": "photo_too_many_pixels", "params": {"megapixels": most}}
    except Exception:  # a stranger's picture may break a decoder in any way
        answer = {"refused": "photo_unreadable", "params": {}}
    (folder / "answer.json").write_text(json.dumps(answer), encoding="ascii")
