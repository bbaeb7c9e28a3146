"""Columns of a layer of street lines, and the words in them, turned into OpenStreetMap's tags.

Published in ``docs/networks.md``, and a test compares the two. A class that nobody knows is an ordinary
road, with a warning; everything else that cannot be read is left out with a warning.
"""

import unicodedata
from collections.abc import Mapping

from geodata.rules.file_fields import Field

STREET_FIELDS = (
    Field("name", ("道路名称", "路名", "名称", "街道名称", "name zh", "road name", "street name")),
    Field(
        "road_class",
        (
            "道路等级",
            "道路类型",
            "道路类别",
            "等级",
            "类别",
            "类型",
            "class",
            "fclass",
            "highway",
            "road class",
            "road type",
            "type",
        ),
    ),
    Field("oneway", ("单行", "单行线", "单向", "是否单行", "单双向", "one way", "is oneway")),
    Field("direction", ("通行方向", "方向", "行驶方向", "dir")),
    Field(
        "speed_kmh",
        ("限速", "限速值", "最高限速", "设计车速", "maxspeed", "max speed", "speed", "speed limit"),
    ),
    Field("is_bridge", ("桥", "桥梁", "是否桥梁", "bridge")),
    Field("is_tunnel", ("隧道", "是否隧道", "地下通道", "tunnel")),
    Field("level", ("层", "层级", "高程层", "层次", "layer", "z level", "zlevel", "z order level")),
    Field("foot", ("行人", "步行", "允许行人", "pedestrians")),
    Field("bicycle", ("非机动车", "自行车", "电动自行车", "bike", "cycling")),
    Field("motor_vehicle", ("机动车", "汽车", "motor vehicle", "motorcar", "car")),
    Field("access", ("通行权", "通行限制", "准入")),
)

CLASS_WORDS: Mapping[str, tuple[str, ...]] = {
    "motorway": ("高速公路", "高速"),
    "motorway_link": ("高速匝道",),
    "trunk": ("快速路", "城市快速路", "高架路", "高架"),
    "trunk_link": ("匝道", "快速路匝道"),
    "primary": ("主干路", "主干道", "主路", "国道"),
    "secondary": ("次干路", "次干道", "省道"),
    "tertiary": ("支路", "县道"),
    "unclassified": ("乡道", "村道", "其他道路", "一般道路"),
    "residential": ("街道", "居住区道路", "小区道路", "巷", "街巷", "巷道", "胡同", "里弄"),
    "service": ("内部道路", "辅路", "辅道", "服务道路", "停车场道路"),
    "footway": ("人行道", "步道", "人行步道", "步行道", "人行天桥", "过街天桥", "地下人行通道"),
    "pedestrian": ("步行街",),
    "steps": ("台阶", "梯道", "楼梯", "阶梯"),
    "cycleway": ("自行车道", "非机动车道", "骑行道", "绿道"),
    "path": ("小路", "小径"),
    "track": ("机耕路", "土路", "田间道路"),
    "construction": ("在建", "施工", "建设中"),
    "proposed": ("规划", "规划道路"),
}
ONEWAY_WORDS: Mapping[str, tuple[str, ...]] = {
    "yes": ("是", "单行", "单向", "正向", "顺向", "1", "true", "y", "f", "ft"),
    "-1": ("逆向", "反向", "reverse", "-1", "t", "tf"),
    "no": ("否", "双向", "双行", "0", "false", "n", "b", "both"),
}
DIRECTION_WORDS: Mapping[str, tuple[str, ...]] = {
    "no": ("0", "1", "双向", "both", "b"),
    "yes": ("2", "正向", "顺向", "forward", "f", "ft"),
    "-1": ("3", "逆向", "反向", "backward", "t", "tf"),
}
FLAG_WORDS: Mapping[str, tuple[str, ...]] = {
    "yes": ("是", "1", "true", "y", "t", "√", "有", "允许", "可通行", "桥", "桥梁", "隧道", "viaduct"),
    "no": ("否", "0", "false", "n", "f", "×", "无", "禁止", "不允许", "不可通行", "禁行"),
}
MOST_LEVELS = 20


def _index(words: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: code for code, listed in words.items() for word in (code, *listed)}


_CLASSES = _index(CLASS_WORDS)
_ONEWAYS, _DIRECTIONS, _FLAGS = _index(ONEWAY_WORDS), _index(DIRECTION_WORDS), _index(FLAG_WORDS)
# Words of OpenStreetMap's own that say more than yes and no.
_ACCESS = {
    "private": "private",
    "私有": "private",
    "内部": "private",
    "destination": "destination",
    "permissive": "permissive",
    "designated": "designated",
    "customers": "customers",
}
_BRIDGES = {"人行天桥", "过街天桥", "高架路", "高架"}
_TUNNELS = {"地下人行通道"}


def tidy(value: object) -> str:
    """A cell as a word to look up: whole numbers without ``.0``, plain width, lower case."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).strip().lower()


def read_tags(
    cells: Mapping[str, object], known_classes: Mapping[str, object]
) -> tuple[dict[str, str], list[str]]:
    """OpenStreetMap's tags of one row, and the names of the columns that could not be read.

    Args:
        cells: field name -> cell of the row.
        known_classes: OpenStreetMap's own words for kinds of ways, understood as they are.
    """
    words = {name: tidy(cell) for name, cell in cells.items()}
    tags: dict[str, str] = {"highway": "road"}
    odd: list[str] = []
    if given := words.get("road_class"):
        found = _CLASSES.get(given) or (given if given in known_classes else None)
        if found is None:
            odd.append("road_class")
        else:
            tags["highway"] = found
        if given in _BRIDGES:
            tags["bridge"] = "yes"
        if given in _TUNNELS:
            tags["tunnel"] = "yes"
    for name, key, known in (
        ("direction", "oneway", _DIRECTIONS),
        ("oneway", "oneway", _ONEWAYS),
        ("is_bridge", "bridge", _FLAGS),
        ("is_tunnel", "tunnel", _FLAGS),
        ("foot", "foot", _FLAGS | _ACCESS),
        ("bicycle", "bicycle", _FLAGS | _ACCESS),
        ("motor_vehicle", "motor_vehicle", _FLAGS | _ACCESS),
        ("access", "access", _FLAGS | _ACCESS),
    ):
        if given := words.get(name):
            if given in known:
                tags[key] = known[given]
            else:
                odd.append(name)
    if words.get("speed_kmh"):
        tags["maxspeed"] = words["speed_kmh"]
    return tags, odd


def read_level(cell: object) -> int | None:
    """The level of a row; 0 for an empty cell, ``None`` for what is no level."""
    word = tidy(cell) if cell is not None else ""
    if not word:
        return 0
    try:
        level = float(word)
    except ValueError:
        return None
    return int(level) if level.is_integer() and abs(level) <= MOST_LEVELS else None
