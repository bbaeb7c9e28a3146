"""Vector tiles, revalidated by the version of the data they show, kept in a small memory."""

import gzip
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response, request

from geodata.queries import tiles
from geodata.queries.state import data_version
from webmap import requests
from webmap.api import parameters
from webmap.api.answers import entity_tag
from webmap.permissions import Permission, requires

MVT = "application/vnd.mapbox-vector-tile"

_MEMORY_BYTES = 64 * 1024 * 1024
_GZIP_LEVEL = 4

bp = APIBlueprint("tiles", __name__, url_prefix="/api/v1", tag="map")


class TileMemory:
    """The tiles last asked for, gzipped, up to a number of bytes; safe for several threads.

    The key holds the data version, so nothing needs to be thrown away when data change: old versions are
    simply not asked for again.
    """

    def __init__(self, limit_bytes: int) -> None:
        self._limit_bytes = limit_bytes
        self._size_bytes = 0
        self._tiles: OrderedDict[object, bytes] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object, make: Callable[[], bytes]) -> bytes:
        """The tile of this key, made now if it is not there."""
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
        made = make()
        with self._lock:
            if key not in self._tiles:
                self._tiles[key] = made
                self._size_bytes += len(made)
            while self._size_bytes > self._limit_bytes:
                _, dropped = self._tiles.popitem(last=False)
                self._size_bytes -= len(dropped)
        return made


_memory = TileMemory(_MEMORY_BYTES)


@bp.get("/tiles/<int:z>/<int:x>/<int:y>.mvt")
@requires(Permission.MAP_READ)
@bp.input(parameters.TileQuery, location="query", arg_name="query")
@bp.output(FileSchema(type="string", format="binary"), content_type=MVT)
@bp.doc(responses={204: "Nothing lies in this tile."})
def get_tile(z: int, x: int, y: int, query: parameters.TileQuery) -> Response:
    """One Mapbox vector tile; the layers are described in docs/api.md."""
    tile = tiles.get_tile(z, x, y)
    session = requests.session()
    version = data_version(session, tiles.SUBJECTS)
    tag = entity_tag(version, parameters.today())
    if request.if_none_match.contains_weak(tag):
        response = Response(status=304)
    else:
        key = (str(requests.engine().url), tile, query.county, version, parameters.today())
        body = _memory.get(key, lambda: _zipped(tiles.build_tile(session, tile, county=query.county)))
        response = _encoded(body)
    response.set_etag(tag, weak=True)
    # Tiles will depend on the reader once there are accounts: never in a shared cache.
    response.headers["Cache-Control"] = "private, max-age=0, must-revalidate"
    response.vary.add("Accept-Encoding")
    return response


def _zipped(tile: bytes) -> bytes:
    return gzip.compress(tile, _GZIP_LEVEL, mtime=0) if tile else b""


def _encoded(zipped: bytes) -> Response:
    if not zipped:
        empty = Response(status=204)
        del empty.headers["Content-Type"]
        return empty
    if request.accept_encodings["gzip"]:
        return Response(zipped, content_type=MVT, headers={"Content-Encoding": "gzip"})
    return Response(gzip.decompress(zipped), content_type=MVT)
