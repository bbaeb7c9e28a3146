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
_SHELL = (
    "app/dom.js",
    "css/liaison.css",
    "css/mark.svg",
    "css/tokens.css",
    "css/work.css",
    *(
        f"work/{name}.js"
        for name in (
            "counters",
            "drafts",
            "early",
            "enterprise",
            "form",
            "kept",
            "lookup",
            "outbox",
            "page",
            "print",
            "ready",
            "send",
            "signal",
            "visit",
            "words",
        )
    ),
)
"""What today's list and one enterprise need to open and work; the map draws from the server anyway."""


@bp.get("/worker.js")
@requires(Permission.MAP_READ)
def get_worker() -> Response:
    """The service worker, at the root so that it may serve every page; new with every release."""
    folder = Path(current_app.static_folder or "")
    release = {
        "version": shell_version(folder),
        "shell": [url_for("static", filename=name) for name in _SHELL],
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
def shell_version(folder: Path) -> str:
    """A word that changes when any of the files does, or the worker itself."""
    digest = hashlib.sha256()
    for name in (*_SHELL, _WORKER):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:16]
