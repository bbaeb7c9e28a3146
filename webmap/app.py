"""The application: settings in, doors hung, guards at each."""

from apiflask import APIFlask
from flask.json.provider import DefaultJSONProvider
from werkzeug.routing import IntegerConverter

from webmap import auth, errors, requests
from webmap.api import account as account_api
from webmap.api import admin_settings as admin_settings_api
from webmap.api import admin_users as admin_users_api
from webmap.api import (
    barriers,
    boundaries,
    candidates,
    coverage,
    coverage_streets,
    coverage_week,
    document,
    exports,
    features,
    find,
    founding,
    founding_disputes,
    founding_writes,
    health,
    imports,
    jobs,
    networks,
    offices,
    responsibility,
    search,
    siting,
    station_care,
    tiles,
)
from webmap.api import overview as overview_api
from webmap.api import preflight as preflight_api
from webmap.api import refusals as api_refusals
from webmap.api import reports as reports_api
from webmap.api import reviews as reviews_api
from webmap.api import scenarios as scenarios_api
from webmap.config import Settings, read_settings
from webmap.pages import (
    account,
    admin,
    admin_settings,
    audit,
    enterprise_work,
    layout,
    my_grid,
    my_station_details,
    my_stations,
    overview,
    phone,
    sso,
)
from webmap.pages import barriers as barriers_page
from webmap.pages import boundaries as boundary_pages
from webmap.pages import coverage_week as week_page
from webmap.pages import find as find_page
from webmap.pages import imports as import_pages
from webmap.pages import jobs as job_pages
from webmap.pages import lines as lines_page
from webmap.pages import map as map_page
from webmap.pages import method as method_page
from webmap.pages import networks as network_pages
from webmap.pages import preflight as preflight_page
from webmap.pages import reports as reports_page
from webmap.pages import reviews as reviews_page
from webmap.pages import scenarios as scenarios_page
from webmap.pages import siting as siting_page

MAX_BODY_BYTES = 64 * 1024
BLUEPRINTS = (
    map_page.bp,
    method_page.bp,
    account.bp,
    my_stations.bp,
    my_station_details.bp,
    my_grid.bp,
    enterprise_work.bp,
    phone.bp,
    account_api.bp,
    admin.bp,
    admin_settings.bp,
    audit.bp,
    sso.bp,
    admin_users_api.bp,
    admin_settings_api.bp,
    features.bp,
    station_care.bp,
    responsibility.bp,
    founding.bp,
    founding_writes.bp,
    founding_disputes.bp,
    coverage.bp,
    coverage_streets.bp,
    coverage_week.bp,
    week_page.bp,
    barriers.bp,
    preflight_api.bp,
    barriers_page.bp,
    preflight_page.bp,
    search.bp,
    tiles.bp,
    find_page.bp,
    find.bp,
    reports_page.bp,
    reports_api.bp,
    offices.bp,
    health.bp,
    overview.bp,
    overview_api.bp,
    lines_page.bp,
    reviews_page.bp,
    reviews_api.bp,
    scenarios_api.bp,
    scenarios_page.bp,
    jobs.bp,
    job_pages.bp,
    imports.bp,
    import_pages.bp,
    exports.bp,
    boundaries.bp,
    boundary_pages.bp,
    siting.bp,
    siting_page.bp,
    candidates.bp,
    networks.bp,
    network_pages.bp,
    document.bp,
)


class _PlainInteger(IntegerConverter):
    """Ids in ASCII digits: one thing has one address (the usual one takes ``١`` for 1)."""

    regex = r"[0-9]+"


class _ChineseJson(DefaultJSONProvider):
    """Chinese as it is, not as escapes."""

    ensure_ascii = False


def create_app(settings: Settings | None = None) -> APIFlask:
    """Build the web application; settings are read from the environment unless given.

    Raises:
        Misconfigured: a setting is missing, misspelt or wrong.
    """
    # No documentation pages of the framework: they load scripts from other people's servers.
    app = APIFlask(__name__, title="Tenmin 十分钟", json_errors=False, docs_path=None, spec_path=None)
    app.json = _ChineseJson(app)
    app.url_map.converters["int"] = _PlainInteger
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    requests.install(app, settings or read_settings())
    errors.install(app)
    auth.install(app)
    layout.install(app)
    sso.install(app)
    api_refusals.install(app)
    document.configure(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
