"""The demo's files as an office would send them: GeoJSON for shapes, CSV with Chinese headers for lists."""

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import shapely

from geodata.demo.demand import Gathering
from geodata.demo.drafts import DraftRow
from geodata.demo.firms import Firm
from geodata.demo.futian_city import InventedStation
from geodata.demo.grids import DemoGrid, DemoTown

Cell = str | float | None


def write_towns(path: Path, towns: Sequence[DemoTown]) -> Path:
    """Invented towns as a file of divisions."""
    return _write_features(
        path, (({"区划代码": each.code, "区划名称": each.name}, each.geom) for each in towns)
    )


def write_grids(path: Path, grids: Sequence[DemoGrid]) -> Path:
    """Grids of one county."""
    return _write_features(
        path,
        (
            (
                {
                    "网格编号": grid.code,
                    "网格名称": grid.name,
                    "网格类型": str(grid.kind),
                    "社区代码": ";".join(grid.community_codes),
                },
                grid.geom,
            )
            for grid in grids
        ),
    )


def write_draft(path: Path, rows: Sequence[DraftRow]) -> Path:
    """A draft of grids, errors and all."""
    return _write_features(
        path,
        (({"网格编号": row.code, "网格名称": row.name, "网格类型": row.kind}, row.geom) for row in rows),
    )


def write_enterprises(path: Path, firms: Sequence[Firm]) -> Path:
    """The list of enterprises."""
    return _write_rows(path, (_firm_row(firm) for firm in firms))


def write_stations(path: Path, stations: Sequence[InventedStation]) -> Path:
    """The list of invented stations."""
    return _write_rows(
        path,
        (
            {
                "站点编号": row.code,
                "站点名称": row.name,
                "地址": row.address,
                "经度": row.lon,
                "纬度": row.lat,
                "坐标来源": "演示生成",
                "定位级别": "building",
            }
            for row in stations
        ),
    )


def write_demand(path: Path, gatherings: Sequence[Gathering]) -> Path:
    """The list of gathering places."""
    return _write_rows(
        path,
        (
            {
                "聚集地编号": row.code,
                "聚集地名称": row.name,
                "县级代码": row.county_code,
                "聚集地类型": row.kind,
                "劳动者群体": row.worker_group,
                "估计人数": row.people,
                "统计日期": "2026-10-31",
                "经度": row.lon,
                "纬度": row.lat,
                "坐标来源": "演示生成",
                "定位级别": "building",
            }
            for row in gatherings
        ),
    )


def _firm_row(firm: Firm) -> dict[str, Cell]:
    return {
        "企业名称": firm.name,
        "统一社会信用代码": firm.uscc,
        "上级单位信用代码": firm.parent_uscc,
        "单位类型": str(firm.trade.kind),
        "行业代码": firm.trade.code,
        "行业条线": firm.trade.line,
        "职工人数": firm.staff_count,
        "人数统计日期": firm.staff_counted_on,
        "建会状态": str(firm.state),
        "覆盖工会": firm.covering_union,
        "覆盖确认日期": firm.covering_confirmed_on,
        "注册地址": firm.registered_address,
        "注册地代码": firm.registered_code,
        "经营地址": firm.address,
        "经营地代码": firm.operating_code,
        "县级代码": firm.county_code,
        "经度": firm.lon,
        "纬度": firm.lat,
        "坐标来源": firm.coord_source,
        "定位级别": str(firm.level),
        "定位误差米": firm.accuracy_m,
    }


def _write_features(path: Path, features: Iterable[tuple[Mapping[str, Cell], shapely.Geometry]]) -> Path:
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": _geometry(geom)}
            for properties, geom in features
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def _geometry(geom: shapely.Geometry) -> Any:
    """The geometry with every digit of its coordinates: neighbours must stay equal to the last one."""
    return shapely.geometry.mapping(geom)


def _write_rows(path: Path, rows: Iterable[Mapping[str, Cell]]) -> Path:
    listed = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
    return path
