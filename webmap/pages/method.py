"""``GET /method``: what "within ten minutes" means here, for people who are not engineers."""

from flask import Blueprint, Response

from geodata.queries.coverage import list_rules
from geodata.queries.imports import list_county_names
from geodata.queries.map_choices import read_networks_in_use
from webmap import requests
from webmap.pages.layout import render
from webmap.permissions import Permission, requires

bp = Blueprint("method", __name__)


@bp.get("/method")
@requires(Permission.MAP_READ)
def show_method() -> Response:
    """The method with an example to check by hand, the office's rules and the networks in use."""
    session = requests.session()
    names = list_county_names(session)
    networks = [
        {"name": names.get(county, county), "label": used.label, "credit": used.credit}
        for county, used in read_networks_in_use(session).items()
    ]
    return render("method/page.html", title_key="method.title", rules=list_rules(session), networks=networks)
