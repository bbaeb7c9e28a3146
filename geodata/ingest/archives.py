"""Zip archives from strangers: looked over before a single byte is unpacked, unpacked under our own names."""

import lzma
import stat
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from geodata.errors import RefusedFile
from geodata.ingest import limits

SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_CHUNK = 1 << 20
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)


def open_archive(path: Path) -> zipfile.ZipFile:
    """Open a zip whose directory is sound.

    Raises:
        RefusedFile: ``archive_damaged``, ``archive_too_many_members``, ``archive_too_large``,
            ``archive_ratio``, ``archive_encrypted``, ``archive_unsafe_name``.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError) as error:
        raise RefusedFile("archive_damaged") from error
    members = archive.infolist()
    if len(members) > limits.MAX_MEMBERS:
        raise RefusedFile("archive_too_many_members", members=len(members), limit=limits.MAX_MEMBERS)
    if sum(member.file_size for member in members) > limits.MAX_UNPACKED_BYTES:
        raise RefusedFile("archive_too_large", limit_mb=limits.MAX_UNPACKED_BYTES // limits.MIB)
    for member in members:
        _check_member(member)
    return archive


def _check_member(member: zipfile.ZipInfo) -> None:
    name = shown_name(member)
    path = PurePosixPath(member.filename.replace("\\", "/"))
    is_link = stat.S_ISLNK(member.external_attr >> 16)
    if path.is_absolute() or ".." in path.parts or is_link or ":" in member.filename:
        raise RefusedFile("archive_unsafe_name", member=name)
    if member.flag_bits & 0x1:
        raise RefusedFile("archive_encrypted", member=name)
    bloated = member.file_size > limits.MAX_RATIO * max(member.compress_size, 1)
    if bloated and member.file_size > limits.RATIO_FREE_BYTES:
        raise RefusedFile("archive_ratio", member=name)


def shown_name(member: zipfile.ZipInfo) -> str:
    """The member's name for people: old Chinese archives carry GBK bytes without saying so."""
    if member.flag_bits & 0x800:
        return member.filename[:100]
    try:
        return member.filename.encode("cp437").decode("gb18030")[:100]
    except UnicodeError:
        return member.filename[:100]


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether the archive is an Office Open XML workbook."""
    names = {member.filename.lower() for member in archive.infolist()}
    return "[content_types].xml" in names and any(name.startswith("xl/") for name in names)


def unpack_shapefile(archive: zipfile.ZipFile, folder: Path) -> Path:
    """Unpack the one shapefile of an archive, wherever its folder, as ``layer.shp`` and its siblings.

    Raises:
        RefusedFile: ``archive_without_shapefile``, ``archive_several_shapefiles``,
            ``shapefile_incomplete``, ``archive_damaged``.
    """
    members = [member for member in archive.infolist() if _is_content(member)]
    shapes = [member for member in members if member.filename.lower().endswith(".shp")]
    if not shapes:
        raise RefusedFile("archive_without_shapefile")
    if len(shapes) > 1:
        names = ", ".join(shown_name(member) for member in shapes[:5])
        raise RefusedFile("archive_several_shapefiles", members=names)
    stem = shapes[0].filename[:-4].lower()
    parts = {
        member.filename[-4:].lower(): member
        for member in members
        if member.filename[:-4].lower() == stem and member.filename[-4:].lower() in SHAPEFILE_PARTS
    }
    for needed in (".shx", ".dbf"):
        if needed not in parts:
            raise RefusedFile("shapefile_incomplete", missing=needed)
    for suffix, member in parts.items():
        _unpack(archive, member, folder / f"layer{suffix}")
    return folder / "layer.shp"


def _is_content(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename).parts
    return not member.is_dir() and "__MACOSX" not in parts and not parts[-1].startswith("._")


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Copy one member, counting: a directory that lied about the size does not get more room."""
    left = member.file_size
    try:
        with archive.open(member) as source, target.open("xb") as sink:
            while left >= 0 and (chunk := source.read(_CHUNK)):
                left -= len(chunk)
                sink.write(chunk)
    except _DAMAGE as error:
        raise RefusedFile("archive_damaged") from error
    if left < 0:
        raise RefusedFile("archive_damaged")
