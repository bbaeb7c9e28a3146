"""The base map and its approval number 审图号, as an administrator set them."""

from sqlalchemy.orm import Session

from geodata.errors import Forbidden
from geodata.queries.scopes import Scope
from geodata.queries.settings import ALL_COUNTIES, UNSTORED, Stored, list_stored
from geodata.rules.base_map import BaseMap, check_base_map
from geodata.settings.choices import save_setting

NAME = "base_map"


def find_base_map(session: Session) -> tuple[BaseMap | None, int]:
    """The stored base map with its version; ``None`` (version 0 or more): as the environment says."""
    stored: Stored = list_stored(session, ALL_COUNTIES).get(NAME, UNSTORED)
    return (None if stored.value is None else BaseMap(**stored.value)), stored.version


def set_base_map(session: Session, wanted: BaseMap | None, *, version: int, scope: Scope, by: str) -> int:
    """Store a base map for all counties; ``None`` leaves it to the environment. Returns the new version.

    Raises:
        Forbidden: ``county_of_others``: the asker is no administrator of all counties.
        InvalidInput: see ``check_base_map``.
        Stale: somebody saved it since.
    """
    if not scope.everything:
        raise Forbidden("county_of_others")
    if wanted is not None:
        check_base_map(wanted)
    return save_setting(
        session,
        county_code=ALL_COUNTIES,
        name=NAME,
        value=None if wanted is None else wanted.to_json(),
        version=version,
        by=by,
        hide=("key",),
    )
