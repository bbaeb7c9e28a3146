"""Photos of strangers become ours, or are refused."""

import io
import struct
import zlib

import pytest
from PIL import Image

from geodata.errors import RefusedFile
from geodata.stations import photo_limits
from geodata.stations.pictures import rewrite_picture

ORIENTATION, GPS = 0x0112, 0x8825


def encoded(image, kind="JPEG", **values):
    sink = io.BytesIO()
    image.save(sink, kind, **values)
    return sink.getvalue()


def photo(size=(800, 600), mode="RGB", colour=(200, 30, 30)):
    return Image.new(mode, size, colour)


def with_place(orientation=1):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[0x010E] = "秘密说明"
    exif[GPS] = {1: "N", 2: (34.0, 45.0, 12.3), 3: "E", 4: (113.0, 37.0, 1.2)}
    return exif


def png_chunk(kind, body):
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png_of_size(width, height):
    """A valid head that promises a picture of that size, with next to nothing behind it."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = zlib.compress(b"\0" * 1000, 9)
    return (
        b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + png_chunk(b"IDAT", rows) + png_chunk(b"IEND", b"")
    )


def test_a_photo_loses_place_camera_comment_and_what_hides_behind_its_end():
    data = encoded(photo(), exif=with_place(), comment="拍摄者电话".encode()) + b"<?php hidden ?>"
    assert b"hidden" in data
    picture = rewrite_picture(data)
    for ours in (picture.content, picture.thumbnail):
        with Image.open(io.BytesIO(ours)) as image:
            assert image.format == "JPEG"
            assert not image.getexif()
            assert not image.getexif().get_ifd(GPS)
            assert not {"exif", "comment", "icc_profile", "xmp"} & set(image.info)
        assert b"hidden" not in ours
        assert "秘密说明".encode() not in ours
        assert b"Exif" not in ours


def test_a_photo_held_upright_stays_upright():
    picture = rewrite_picture(encoded(photo((800, 600)), exif=with_place(orientation=6)))
    assert (picture.width, picture.height) == (600, 800)


def test_a_large_photo_is_made_smaller():
    picture = rewrite_picture(encoded(photo((6000, 3000))))
    assert (picture.width, picture.height) == (1600, 800)
    assert len(picture.content) < 200_000


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_see_through_places_become_white(kind):
    picture = rewrite_picture(encoded(Image.new("RGBA", (300, 300), (0, 0, 0, 0)), kind))
    with Image.open(io.BytesIO(picture.content)) as image:
        assert image.getpixel((150, 150)) == (255, 255, 255)


@pytest.mark.parametrize("mode", ["CMYK", "L", "1"])
def test_other_colours_are_understood(mode):
    kind = "PNG" if mode == "1" else "JPEG"
    assert rewrite_picture(encoded(Image.new(mode, (300, 200)), kind)).width == 300


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "photo_kind"),
        (b"GIF89a" + b"\0" * 100, "photo_kind"),
        (b"RIFF\0\0\0\0WAVEfmt ", "photo_kind"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "photo_kind"),
        (b"%PDF-1.7\n", "photo_kind"),
        (b"\xff\xd8\xff\xe0 not a picture at all", "photo_unreadable"),
        (encoded(photo())[:2000], "photo_unreadable"),
        (png_of_size(60_000, 60_000), "photo_too_many_pixels"),
        (png_of_size(6000, 6000), "photo_too_many_pixels"),
        (encoded(photo((99, 500))), "photo_too_small"),
        (b"\xff\xd8\xff" + b"\0" * photo_limits.MAX_FILE_BYTES, "photo_too_large"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_hostile_picture_is_refused_with_its_reason(data, code):
    with pytest.raises(RefusedFile) as refusal:
        rewrite_picture(data)
    assert refusal.value.code == code


def test_a_bomb_that_unpacks_beyond_its_own_size_is_refused():
    head = struct.pack(">IIBBBBB", 5000, 5000, 8, 2, 0, 0, 0)
    text = png_chunk(b"zTXt", b"bomb\0\0" + zlib.compress(b"a" * 300_000_000, 9))
    with pytest.raises(RefusedFile) as refusal:
        rewrite_picture(b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", head) + text + png_chunk(b"IEND", b""))
    assert refusal.value.code == "photo_unreadable"
