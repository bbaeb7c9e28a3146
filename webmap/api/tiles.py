"""Vector tiles, revalidated by the version of the data they show, kept in a small memory."""

import gzip

from apiflask import APIBlueprint
from apiflask.schemas import FileSchema
from flask import Response

from geodata.queries import tiles
from geodata.queries.state import join_versions, subject_versions
from webmap import auth, requests
from webmap.api import parameters
from webmap.api.answers import revalidated
from webmap.memory import Memory
from webmap.permissions import Permission, requires

MVT = "application/vnd.mapbox-vector-tile"

_MEMORY_BYTES = 64 * 1024 * 1024
_GZIP_LEVEL = 4

bp = APIBlueprint("tiles", __name__, url_prefix="/api/v1", tag="map")


# Whole tiles as sent, and their parts: a change of one subject remakes only the parts that show it.
_memory, _parts = Memory(_MEMORY_BYTES), Memory(_MEMORY_BYTES)


@bp.get("/tiles/<int:z>/<int:x>/<int:y>.mvt")
@requires(Permission.MAP_READ)
@bp.input(parameters.TileQuery, location="query", arg_name="query")
@bp.output(FileSchema(type="string", format="binary"), content_type=MVT)
@bp.doc(responses={204: "Nothing lies in this tile."})
def get_tile(z: int, x: int, y: int, query: parameters.TileQuery) -> Response:
    """One Mapbox vector tile; the layers are described in docs/api.md."""
    tile = tiles.get_tile(z, x, y)
    session = requests.session()
    versions = subject_versions(session, tiles.SUBJECTS)
    today = parameters.today()
    opened = tiles.Opened(
        enterprises=auth.scope(Permission.ENTERPRISES_READ),
        counts=auth.scope(Permission.COUNTS_READ),
        plans=auth.scope(Permission.PLANS_READ),
    ).by_county()
    place = (str(requests.engine().url), tile, query.county, today)

    def make_part(part: tiles.Part) -> bytes:
        state = join_versions({name: versions.get(name) for name in tiles.SUBJECTS_OF[part]})
        reader = opened if part in {tiles.Part.WORK, tiles.Part.PLANS} else None
        return _parts.get(
            (*place, part, reader, state),
            lambda: tiles.build_part(session, tile, part, opened=opened, county=query.county),
        )

    version = join_versions(versions)

    def make() -> Response:
        zipped = _memory.get(
            (*place, opened, version), lambda: _zipped(b"".join(make_part(part) for part in tiles.Part))
        )
        return _encoded(zipped)

    # Tiles depend on the reader: never in a shared cache.
    return revalidated((version, today), make, cache_control="max-age=0, must-revalidate")


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
