"""Where new stations may be: stored candidates, places of demand, existing stations that could do more."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import csr_array, hstack
from sqlalchemy.orm import Session

from geodata.coverage.computation import Computation
from geodata.coverage.reaching import find_reach
from geodata.errors import InvalidInput
from geodata.planning.siting_question import SitingOptions
from geodata.queries import siting as queries
from geodata.rules.availability import LeftOut, StationState
from geodata.rules.coverage import NOT_COVERED, ONE
from geodata.rules.reach import Bools, Floats, Ints
from geodata.rules.siting import SitingTerms
from geodata.rules.siting_problem import find_near_pairs, find_too_near
from geodata.rules.siting_proposals import MAX_THIN_M, MOST_PROPOSED, THIN_SHARE, thin_points
from geodata.vocab import SitingSource

_CENTS = 100
_UPGRADES = {
    (StationState.SHUT, False): "extend",
    (StationState.SHUT, True): "extend_and_equip",
    (StationState.LACKS, True): "equip",
    (StationState.LACKS, False): "equip",
}


@dataclass(frozen=True)
class Site:
    """One column of the question. ``station`` is the row of an existing station to upgrade, else -1.

    ``work`` is what is to be done there: ``build``, ``extend``, ``equip`` or ``extend_and_equip``.
    """

    key: str
    id: int
    name: str
    work: str
    lon: float
    lat: float
    cost: float | None
    host_kind: str | None
    station: int


@dataclass(frozen=True)
class Sites:
    """All sites in order: stored candidates, then places of demand, then stations; each kind by id.

    ``reach`` is places of demand by sites; ``unplaced`` are sites too far from any street.
    """

    listed: Sequence[Site]
    reach: csr_array
    unplaced: Bools
    where: Sequence[queries.Whereabouts]

    @cached_property
    def lonlat(self) -> Floats:
        """Longitude and latitude of each site."""
        return np.array([(each.lon, each.lat) for each in self.listed], dtype=float).reshape(-1, 2)

    @cached_property
    def by_key(self) -> dict[str, int]:
        """Column of each key."""
        return {each.key: at for at, each in enumerate(self.listed)}

    @property
    def new(self) -> Bools:
        """Which of them are built anew."""
        return np.array([each.station < 0 for each in self.listed], dtype=np.bool_)

    def digest(self) -> str:
        """Fingerprint of everything about the sites that can decide an answer."""
        told = [[asdict(each) for each in self.listed], [each.town_id for each in self.where]]
        return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def find_sites(session: Session, computed: Computation, options: SitingOptions) -> Sites:
    """Gather the sites of a question about one county and measure whom they reach."""
    listed = _list_new(session, computed, options) if options.builds else []
    new = len(listed)
    upgrades = _list_upgrades(computed, options) if options.upgrades else []
    lonlat = np.array([(each.lon, each.lat) for each in listed], dtype=float).reshape(-1, 2)
    reached = find_reach(computed.inputs, computed.inputs.demand.lonlat, lonlat)
    stations = [each.station for each in upgrades]
    existing = csr_array(computed.reached.matrix)[:, stations]
    listed += upgrades
    where = queries.locate_points(
        session,
        computed.question.county_code or "",
        [(each.lon, each.lat) for each in listed],
        computed.question.as_of,
    )
    return Sites(
        listed=listed,
        reach=csr_array(hstack((reached.matrix, existing), format="csr")) if upgrades else reached.matrix,
        unplaced=np.concatenate((reached.station_unplaced, np.zeros(len(listed) - new, dtype=np.bool_))),
        where=where,
    )


def make_terms(
    computed: Computation, sites: Sites, options: SitingOptions
) -> tuple[SitingTerms, dict[str, int]]:
    """The options as terms over the sites, and how many sites are barred for which reason.

    Raises:
        InvalidInput: ``siting_site_unknown`` for a must or never that is none of the sites,
            ``siting_must_barred`` for a must that the terms bar.
    """
    must, never = (_columns(sites, keys) for keys in (options.must, options.never))
    barred: dict[int, str] = dict.fromkeys(sorted(never), "never")
    for at in np.flatnonzero(sites.unplaced).tolist():
        barred.setdefault(at, "off_network")
    if options.spacing_m > 0:
        near = find_too_near(sites.lonlat, _standing(computed), options.spacing_m) & sites.new
        for at in np.flatnonzero(near).tolist():
            barred.setdefault(at, "near_station")
    cost = None
    if options.budget is not None:
        for at, each in enumerate(sites.listed):
            if each.cost is None:
                barred.setdefault(at, "no_cost")
        cost = np.array([round((each.cost or 0) * _CENTS) for each in sites.listed], dtype=np.int64)
    for at in sorted(must - never):
        if at in barred:
            raise InvalidInput("siting_must_barred", name=sites.listed[at].name)
    terms = SitingTerms(
        most=options.most,
        cost=cost,
        budget=None if options.budget is None else round(options.budget * _CENTS),
        group=_towns(sites) if options.per_town is not None else None,
        most_per_group=options.per_town,
        apart=_apart(sites, options.spacing_m),
        must=frozenset(must),
        never=frozenset(barred),
    )
    return terms, dict(sorted(Counter(barred.values()).items()))


def _list_new(session: Session, computed: Computation, options: SitingOptions) -> list[Site]:
    county = computed.question.county_code or ""
    listed: list[Site] = []
    if SitingSource.CANDIDATES in options.sources:
        listed += [
            Site(
                key=f"candidate:{each.id}",
                id=each.id,
                name=each.name,
                work="build",
                lon=each.lon,
                lat=each.lat,
                cost=options.site_cost if each.cost is None else each.cost,
                host_kind=each.host_kind,
                station=-1,
            )
            for each in queries.list_sites(session, county)
            if not options.hosts or each.host_kind in options.hosts
        ]
    if SitingSource.DEMAND in options.sources:
        listed += _propose(session, computed, options)
    return listed


def _propose(session: Session, computed: Computation, options: SitingOptions) -> list[Site]:
    """Places of people who are not served, those with most first and well apart."""
    demand = computed.inputs.demand
    asked = (NOT_COVERED, ONE) if options.second else (NOT_COVERED,)
    rows = np.flatnonzero(np.isin(computed.cover.digit, asked) & (computed.people > 0) & computed.located)
    # A rule along streets only has no metres.
    least_m = min(MAX_THIN_M, (computed.inputs.limit_m or MAX_THIN_M * THIN_SHARE) / THIN_SHARE)
    kept = rows[
        thin_points(demand.lonlat[rows], computed.people[rows], demand.ids[rows], least_m, MOST_PROPOSED)
    ]
    names = queries.name_demand(session, demand.ids[kept].tolist())
    return [
        Site(
            key=f"demand:{demand.ids[row]}",
            id=int(demand.ids[row]),
            name=names.get(int(demand.ids[row]), ""),
            work="build",
            lon=float(demand.lonlat[row, 0]),
            lat=float(demand.lonlat[row, 1]),
            cost=options.site_cost,
            host_kind=None,
            station=-1,
        )
        for row in kept.tolist()
    ]


def _list_upgrades(computed: Computation, options: SitingOptions) -> list[Site]:
    """Existing stations that would count if they opened longer or had what is asked for."""
    listed = []
    for at in np.flatnonzero(computed.supply.fixable).tolist():
        facts, found = computed.stations[at], computed.classes[at]
        if facts.lon is None or facts.lat is None:
            continue
        listed.append(
            Site(
                key=f"station:{facts.id}",
                id=facts.id,
                name=computed.inputs.rows_by_id[facts.id]["name"],
                work=_UPGRADES[found.state, bool(found.lacking)],
                lon=facts.lon,
                lat=facts.lat,
                cost=options.upgrade_cost,
                host_kind=None,
                station=at,
            )
        )
    return listed


def _columns(sites: Sites, keys: Sequence[str]) -> set[int]:
    unknown = [key for key in keys if key not in sites.by_key]
    if unknown:
        raise InvalidInput("siting_site_unknown", key=unknown[0])
    return {sites.by_key[key] for key in keys}


def _standing(computed: Computation) -> Floats:
    """Where stations stand or will stand: all but those that are gone or no stations."""
    stays = [
        each.state != StationState.EXCLUDED or each.reason in {LeftOut.NOT_OPEN_YET, LeftOut.OFF_NETWORK}
        for each in computed.classes
    ]
    return computed.supply.lonlat[np.flatnonzero(stays)]


def _towns(sites: Sites) -> Ints:
    ids = sorted({each.town_id for each in sites.where if each.town_id is not None})
    number = {town: at for at, town in enumerate(ids)}
    return np.array([number.get(each.town_id or 0, -1) for each in sites.where], dtype=np.int64)


def _apart(sites: Sites, spacing_m: float) -> csr_array | None:
    if spacing_m <= 0:
        return None
    lonlat = sites.lonlat.copy()
    lonlat[~sites.new] = np.nan
    return find_near_pairs(lonlat, spacing_m)
