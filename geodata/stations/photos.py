"""Photos of a station: taken in as pictures of our own making, in an order, removable with a trace."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from geodata.errors import Conflict, InvalidInput, NotFound
from geodata.queries import station_care, station_changes
from geodata.stations import photo_limits
from geodata.stations.changing import Editor, change_station
from geodata.stations.pictures import Picture, rewrite_picture


def add_photo(session: Session, station_id: int, data: bytes, *, editor: Editor) -> int:
    """Put a photo behind the others. Returns the station's new version.

    Raises:
        NotFound, Stale: as ``change_station``.
        RefusedFile: what ``rewrite_picture`` refuses.
        Conflict: ``photos_full``, ``photo_there_already``.
    """
    # A stranger's picture costs processor time; whose station it is not, spends none.
    if not station_care.station_exists(session, station_id, scope=editor.scope):
        raise NotFound("station_not_found", id=station_id)
    picture = rewrite_picture(data)

    def work(session: Session, row: dict[str, Any]) -> None:
        if len(row["photos"]) >= photo_limits.MAX_PHOTOS:
            raise Conflict("photos_full", limit=photo_limits.MAX_PHOTOS)
        if station_changes.has_photo(session, row["id"], picture.sha256):
            raise Conflict("photo_there_already")
        station_changes.add_photo(session, row["id"], {**to_values(picture), "added_by": editor.by})

    return change_station(session, station_id, editor, "station_photo_added", work)


def remove_photo(session: Session, station_id: int, photo_id: int, *, editor: Editor) -> int:
    """Take a photo away for good; the log keeps that it was there. Returns the station's new version.

    Raises:
        NotFound: ``photo_not_found``, or as ``change_station``; Stale likewise.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        if photo_id not in {photo["id"] for photo in row["photos"]}:
            raise NotFound("photo_not_found")
        station_changes.remove_photo(session, photo_id, by=editor.by)

    return change_station(session, station_id, editor, "station_photo_removed", work)


def order_photos(session: Session, station_id: int, photo_ids: Sequence[int], *, editor: Editor) -> int:
    """Put all photos of a station in this order; the first one is the station's face. Returns the version.

    Raises:
        NotFound, Stale: as ``change_station``.
        InvalidInput: ``photo_order`` unless exactly the station's photos are named.
    """

    def work(session: Session, row: dict[str, Any]) -> None:
        if sorted(photo_ids) != sorted(photo["id"] for photo in row["photos"]):
            raise InvalidInput("photo_order")
        if photo_ids:
            station_changes.order_photos(session, photo_ids)

    return change_station(session, station_id, editor, "station_photos_ordered", work)


def to_values(picture: Picture) -> dict[str, Any]:
    """The columns of a photo that come from its picture."""
    return {
        "content": picture.content,
        "thumbnail": picture.thumbnail,
        "sha256": picture.sha256,
        "width": picture.width,
        "height": picture.height,
    }
