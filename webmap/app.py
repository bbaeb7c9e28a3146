"""The application: settings in, doors hung, guards at each."""

from apiflask import APIFlask
from flask.json.provider import DefaultJSONProvider

from webmap import auth, errors, requests
from webmap.api import account as account_api
from webmap.api import (
    coverage,
    document,
    features,
    founding,
    founding_disputes,
    founding_writes,
    health,
    responsibility,
    search,
    tiles,
)
from webmap.api import refusals as api_refusals
from webmap.config import Settings, read_settings
from webmap.pages import account, layout
from webmap.pages import map as map_page

MAX_BODY_BYTES = 64 * 1024
BLUEPRINTS = (
    map_page.bp,
    account.bp,
    account_api.bp,
    features.bp,
    responsibility.bp,
    founding.bp,
    founding_writes.bp,
    founding_disputes.bp,
    coverage.bp,
    search.bp,
    tiles.bp,
    health.bp,
    document.bp,
)


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
    app.config["MAX_CONTENT_LENGTH"] = MAX_BODY_BYTES
    requests.install(app, settings or read_settings())
    errors.install(app)
    auth.install(app)
    layout.install(app)
    api_refusals.install(app)
    document.configure(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return app
