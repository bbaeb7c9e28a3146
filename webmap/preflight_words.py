"""Findings of a preflight in words, each with a way to mend it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from geodata.queries.coverage import list_services
from geodata.rules.preflight import Subject, Trouble
from webmap import requests
from webmap.i18n import translate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

_STATION_PAGE = {
    Trouble.HOURS_UNKNOWN: "/hours",
    Trouble.CLOSED: "/closure",
    Trouble.SERVICES_UNKNOWN: "/services",
}
_ABOUT_BARRIERS = frozenset({Trouble.IN_BARRIER, Trouble.BEHIND_BARRIER})
_ABOUT_STREETS = frozenset({Trouble.OFF_NETWORK, Trouble.ISOLATED})
_ZOOM = 17


def put_in_words(session: Session, preflight: Mapping[str, Any], county: str) -> dict[str, Any]:
    """The preflight with a ``sentence``, a page to ``mend`` it and a ``map`` link for each finding."""
    services = list_services(session)
    findings = [
        {
            **finding,
            "sentence": _sentence(finding, services),
            "mend": _mend(finding, county),
            "map": _map(finding, county),
        }
        for finding in preflight["findings"]
    ]
    return {**preflight, "findings": findings}


def _sentence(finding: Mapping[str, Any], services: Mapping[str, Mapping[str, str]]) -> str:
    values, reason, locale = finding["values"], Trouble(finding["reason"]), requests.locale()
    key = f"preflight.tell.{reason}"
    if reason == Trouble.OFF_NETWORK and values["metres"] is None:
        key += "_far"
    if reason == Trouble.CLOSED and values["until"] is None:
        key += "_open_end"
    if reason == Trouble.UNCONFIRMED and values["days"] is None:
        key += "_never"
    if reason == Trouble.HOURS_UNKNOWN and values["mobile"]:
        key += "_mobile"
    if reason == Trouble.SERVICES_UNKNOWN:
        names = [services[code][f"name_{locale}"] for code in values["services"] if code in services]
        values = {"services": ("、" if locale == "zh" else ", ").join(names)}
    return translate(locale, key, **values)


def _mend(finding: Mapping[str, Any], county: str) -> str:
    reason = Trouble(finding["reason"])
    if reason in _ABOUT_BARRIERS:
        return f"/barriers?county={county}"
    if reason in _ABOUT_STREETS:
        return "/networks"
    if finding["subject"] == Subject.STATION:
        return f"/my-stations/{finding['id']}{_STATION_PAGE.get(reason, '')}"
    return "/imports"


def _map(finding: Mapping[str, Any], county: str) -> str | None:
    if finding["point"] is None:
        return None
    lon, lat = finding["point"]
    chosen = f"&sel=station:{finding['id']}" if finding["subject"] == Subject.STATION else ""
    return f"/?county={county}&tab=coverage&at={lon:.5f},{lat:.5f},{_ZOOM}{chosen}"
