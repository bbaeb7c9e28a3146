"""What a phone keeps for a place without signal: the service worker, and the page for what is not kept."""

import hashlib
import json
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, current_app, render_template, url_for

from webmap.i18n import translate
from webmap.permissions import Permission, requires

bp = Blueprint("phone", __name__)

_WORKER = "work/worker.js"
# What today's list and one enterprise need to open and work; the map draws from the server anyway.
_SHELL_FOLDERS = ("work", "css")
_SHELL_FILES = ("app/dom.js",)


@bp.get("/worker.js")
@requires(Permission.MAP_READ)
def get_worker() -> Response:
    """The service worker, at the root so that it may serve every page; new with every release."""
    folder = Path(current_app.static_folder or "")
    names = list_shell(folder)
    release = {
        "version": shell_version(folder, names),
        "shell": [url_for("static", filename=name) for name in names],
    }
    text = f"self.RELEASE = {json.dumps(release)};\n{(folder / _WORKER).read_text('utf-8')}"
    response = Response(text, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response


@bp.get("/offline")
@requires(Permission.MAP_READ)
def show_offline() -> str:
    """The page for what is not kept: the same for everybody, in both languages."""
    return render_template("my_grid/offline.html", say=translate)


@cache
def list_shell(folder: Path) -> tuple[str, ...]:
    """The files kept on the phone, by name below the static folder."""
    found = [
        path.relative_to(folder).as_posix()
        for part in _SHELL_FOLDERS
        for path in sorted((folder / part).iterdir())
        if path.suffix in {".js", ".css", ".svg"}
    ]
    return (*(name for name in found if name != _WORKER), *_SHELL_FILES)


@cache
def shell_version(folder: Path, names: tuple[str, ...]) -> str:
    """A word that changes when any of the files does, or the worker itself."""
    digest = hashlib.sha256()
    for name in (*names, _WORKER):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]
