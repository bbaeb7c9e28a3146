"""Errors of the domain: a stable code and parameters, never a sentence.

The sentence for a reader is made in ``webmap.i18n`` from ``error.<code>``. A code, once published,
keeps its meaning; the wording may change.
"""

from typing import Any


class GeodataError(Exception):
    """Base of everything the domain refuses. ``code`` is stable, ``params`` fill the sentence."""

    code = "internal"

    def __init__(self, code: str | None = None, /, **params: Any) -> None:
        self.code = code or type(self).code
        self.params = params
        super().__init__(self.code, params)

    def __str__(self) -> str:
        details = ", ".join(f"{key}={value!r}" for key, value in self.params.items())
        return f"{self.code}({details})"


class NotFound(GeodataError):
    """The thing asked for does not exist, or is not the asker's to see."""

    code = "not_found"


class InvalidInput(GeodataError):
    """A value cannot be read as what it should be."""

    code = "invalid_input"


class RefusedFile(GeodataError):
    """A whole file cannot be taken: hostile, damaged, too large or of an unknown kind."""

    code = "file_refused"


class Conflict(GeodataError):
    """The state of the data forbids the change."""

    code = "conflict"


class Stale(Conflict):
    """Somebody saved the thing since it was read: ``version``, ``by``, ``at`` and ``changed`` say what."""

    code = "stale_version"


class VersionMissing(GeodataError):
    """A save must name the version it is based on."""

    code = "base_version_missing"


class NotSignedIn(GeodataError):
    """The request needs somebody who is signed in."""

    code = "not_signed_in"


class Forbidden(GeodataError):
    """Who is signed in holds no post that allows this."""

    code = "forbidden"


class TooMany(GeodataError):
    """Too many tries; ``retry_after_s`` says when to come back."""

    code = "too_many_requests"


class BoundaryBlocked(Conflict):
    """A boundary version has blocking findings and must not go live."""

    code = "boundary_blocked"


class Unreachable(GeodataError):
    """Somebody else's server that is needed does not answer, or not as agreed."""

    code = "unreachable"


class Misconfigured(GeodataError):
    """The installation cannot work as set up."""

    code = "misconfigured"
