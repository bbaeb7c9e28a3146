"""Vector tiles, revalidated by the version of the data they show, kept in a small memory."""

import gzip

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response

from geodata.queries import tiles
from geodata.queries.state import data_version
from webmap import auth, requests
from webmap.api import parameters
from webmap.api.answers import revalidated
from webmap.api.memory import Memory
from webmap.permissions import Permission, requires

MVT = "application/vnd.mapbox-vector-tile"

_MEMORY_BYTES = 64 * 1024 * 1024
_GZIP_LEVEL = 4

bp = APIBlueprint("tiles", __name__, url_prefix="/api/v1", tag="map")


_memory = Memory(_MEMORY_BYTES)


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
    opened = tiles.Opened(
        enterprises=auth.scope(Permission.ENTERPRISES_READ), counts=auth.scope(Permission.COUNTS_READ)
    ).by_county()
    key = (str(requests.engine().url), tile, query.county, opened, version, parameters.today())

    def make() -> Response:
        zipped = _memory.get(
            key, lambda: _zipped(tiles.build_tile(session, tile, opened=opened, county=query.county))
        )
        return _encoded(zipped)

    # Tiles depend on the reader: never in a shared cache.
    return revalidated((version, parameters.today()), make, cache_control="max-age=0, must-revalidate")


def _zipped(tile: bytes) -> bytes:
    return gzip.compress(tile, _GZIP_LEVEL, mtime=0) if tile else b""


def _encoded(zipped: bytes) -> Response:
    if not zipped:
        empty = Response(status=204)
        del empty.headers["Content-Type"]
        return empty
    if requests.takes_gzip():
        return Response(zipped, content_type=MVT, headers={"Content-Encoding": "gzip"})
    return Response(gzip.decompress(zipped), content_type=MVT)
