"""What each kind of file may bring: fields, their published header synonyms and how a cell is read.

The first label of a field is the Chinese header that exports write; the field's own name is the
English one. ``docs/import.md`` publishes the same list, and a test compares the two.
"""

import dataclasses
from dataclasses import dataclass
from typing import Literal

from geodata.rules import file_words as words
from geodata.vocab import ImportKind

Reading = Literal[
    "text", "code", "integer", "number", "coordinate", "date", "choice", "state", "list", "flag", "hours"
]


@dataclass(frozen=True, slots=True)
class Field:
    """One column a file may have.

    Attributes:
        name: canonical name; the table column of the same name unless said otherwise.
        labels: headers understood, beside the name; compared without case, spaces and punctuation.
        reading: how a cell becomes a value.
        choices: for ``choice`` and ``state``: words of each code; a state may also be a word of its own.
        required: a file without this column, or a row without this value, is refused.
        strict: a value that cannot be read refuses the row; otherwise it is left out with a warning.
        max_length: characters.
        is_impersonal: a cell that seems to name a person refuses the row and is not quoted.
    """

    name: str
    labels: tuple[str, ...]
    reading: Reading = "text"
    choices: words.Words | None = dataclasses.field(default=None, compare=False)
    required: bool = False
    strict: bool = False
    max_length: int = 200
    is_impersonal: bool = False


_COUNTY = Field("county_code", ("县级代码", "县区代码", "区县代码", "所属县代码", "county code"), "code")
_INVENTED = Field("is_invented", ("虚构数据", "是否虚构", "invented"), "flag")
_GEOMETRY = Field("geometry", ("几何", "几何图形", "边界", "wkt", "geom", "the_geom", "geometry wkt"))

PLACE_FIELDS = (
    Field("lon", ("经度", "lng", "long", "longitude", "x", "x坐标", "point x", "经度坐标"), "coordinate"),
    Field("lat", ("纬度", "latitude", "y", "y坐标", "point y", "纬度坐标"), "coordinate"),
    Field("coord_source", ("坐标来源", "定位方式", "coordinate source")),
    Field("location_level", ("定位级别", "定位精度级别", "location level"), "choice", words.LOCATION_LEVEL),
    Field("location_accuracy_m", ("定位误差米", "定位精度米", "精度米", "accuracy m", "accuracy"), "number"),
)

_DIVISIONS = (
    Field(
        "code",
        ("区划代码", "行政区划代码", "统计用区划代码", "代码", "adcode", "district adcode", "division code"),
        "code",
        required=True,
        strict=True,
    ),
    Field("name", ("名称", "区划名称", "行政区名称", "district name", "division name"), required=True),
    Field("parent_code", ("上级代码", "上级区划代码", "parent", "parent code"), "code", strict=True),
    Field("valid_from", ("启用日期", "生效日期", "valid from"), "date", strict=True),
    _INVENTED,
    _GEOMETRY,
)

_GRIDS = (
    Field(
        "code",
        ("网格编号", "网格代码", "网格编码", "编号", "代码", "编码", "grid code", "grid id"),
        "code",
        required=True,
        strict=True,
    ),
    Field("name", ("网格名称", "名称", "grid name"), required=True),
    Field(
        "kind", ("网格类型", "网格类别", "类型", "grid kind", "type"), "choice", words.GRID_KIND, strict=True
    ),
    Field(
        "community_codes",
        ("村社区代码", "社区代码", "所含社区代码", "community code", "community codes"),
        "list",
        strict=True,
    ),
    _COUNTY,
    _INVENTED,
    _GEOMETRY,
)

_STATIONS = (
    Field(
        "code",
        ("站点编号", "驿站编号", "服务站编号", "编号", "站点编码", "station code"),
        "code",
        strict=True,
    ),
    Field(
        "name",
        ("站点名称", "驿站名称", "服务站名称", "服务站点名称", "名称", "station name", "station"),
        required=True,
    ),
    Field("brand_label", ("挂牌名称", "牌子", "品牌", "brand", "brand label")),
    Field(
        "station_type",
        ("站点类型", "驿站类型", "规模类型", "type"),
        "choice",
        words.STATION_TYPE,
        strict=True,
    ),
    Field(
        "venue_type", ("场所类型", "场所类别", "venue", "venue type"), "choice", words.VENUE_TYPE, strict=True
    ),
    Field(
        "status", ("站点状态", "运行状态", "状态", "驿站状态"), "choice", words.STATION_STATUS, strict=True
    ),
    Field("host_unit", ("依托单位", "承建单位", "所在单位", "host", "host unit")),
    Field("sponsor", ("主办工会", "建设单位", "主管工会", "sponsor")),
    Field("address", ("地址", "详细地址", "站点地址", "驿站地址", "位置"), max_length=300),
    Field("district_label", ("所属区县", "区县", "行政区", "所在区", "县区", "district"), max_length=60),
    _COUNTY,
    Field(
        "access_method",
        ("进入方式", "开门方式", "access", "access method"),
        "choice",
        words.ACCESS_METHOD,
        strict=True,
    ),
    Field("access_note", ("进入说明", "怎么进", "access note"), max_length=300),
    Field(
        "duty_phone",
        ("值班电话", "服务电话", "联系电话", "电话", "站点电话", "phone", "duty phone"),
        max_length=40,
    ),
    Field("confirmed_on", ("确认日期", "核实日期", "最近核实", "confirmed on"), "date"),
    Field(
        "hours_text",
        ("开放时间", "营业时间", "服务时间", "open hours listed", "opening hours", "open hours", "hours"),
        "hours",
        max_length=300,
    ),
    *PLACE_FIELDS,
    Field("invented_fields", ("虚构字段", "invented fields"), "list"),
    _INVENTED,
)

STATE_LENGTH = 20


def _state(name: str, labels: tuple[str, ...], choices: words.Words) -> Field:
    return Field(name, labels, "state", choices, max_length=STATE_LENGTH, is_impersonal=True)


# 六个清: counts and states, never persons. 职工人数 alone is the staff count of the enterprise itself.
_CLARITY = (
    _state("operation_state", ("经营运行", "经营情况", "经营运行情况", "operation"), words.CLARITY),
    Field(
        "workforce_count",
        ("职工人数(清)", "职工队伍人数", "职工队伍", "核清职工人数", "workforce"),
        "integer",
        is_impersonal=True,
    ),
    Field(
        "party_member_count",
        ("党员人数", "党员数", "党员队伍人数", "党员队伍", "party members"),
        "integer",
        is_impersonal=True,
    ),
    _state("investor_state", ("出资人情况", "出资人", "投资人情况", "investors"), words.CLARITY),
    _state(
        "party_organization_state",
        ("建立党组织", "党组织情况", "党组织建立情况", "party organization"),
        words.ORGANIZATION_CLARITY,
    ),
    _state(
        "union_organization_state",
        ("建立工会组织", "工会组织情况", "工会组织建立情况", "union organization"),
        words.ORGANIZATION_CLARITY,
    ),
    Field("as_of", ("核清日期", "六个清日期", "六清日期", "clarity date"), "date"),
)
CLARITY_FIELDS = tuple(item.name for item in _CLARITY)

_ENTERPRISES = (
    Field(
        "name",
        (
            "企业名称",
            "单位名称",
            "名称",
            "机构名称",
            "商户名称",
            "字号名称",
            "企业",
            "enterprise name",
            "company",
            "company name",
            "enterprise",
        ),
        required=True,
    ),
    Field(
        "uscc",
        (
            "统一社会信用代码",
            "社会信用代码",
            "信用代码",
            "统一代码",
            "credit code",
            "social credit code",
            "unified social credit code",
        ),
        "code",
    ),
    Field("uscc_stated", ("来件信用代码", "原填信用代码", "uscc as stated"), max_length=64),
    Field("legacy_code", ("注册号", "组织机构代码", "原注册号", "工商注册号", "registration number"), "code"),
    Field(
        "parent_uscc",
        ("上级单位信用代码", "总公司信用代码", "总部信用代码", "隶属企业信用代码", "parent credit code"),
        "code",
    ),
    Field(
        "unit_kind",
        ("单位类型", "企业类型", "主体类型", "市场主体类型", "unit type"),
        "choice",
        words.UNIT_KIND,
    ),
    Field("industry_code", ("行业代码", "国民经济行业代码", "industry code"), "code", max_length=10),
    Field("industry_line", ("行业条线", "条线", "所属行业", "行业", "industry"), max_length=100),
    Field(
        "staff_count",
        ("职工人数", "职工数", "从业人数", "员工人数", "用工人数", "人数", "staff", "employees", "headcount"),
        "integer",
    ),
    Field("staff_counted_on", ("人数统计日期", "统计日期", "人数日期", "staff date"), "date"),
    Field(
        "organization_status",
        ("建会状态", "建会情况", "是否建会", "工会组建情况", "union status"),
        "choice",
        words.ORGANIZATION_STATUS,
    ),
    Field("covering_union", ("覆盖工会", "所属工会", "工会名称", "covering union")),
    Field("covering_confirmed_on", ("覆盖确认日期", "covering confirmed on"), "date"),
    Field("registered_address", ("注册地址", "住所", "登记地址", "注册住所"), max_length=300),
    Field(
        "registered_code", ("注册地代码", "登记地代码", "注册地区划代码", "registered division code"), "code"
    ),
    Field(
        "operating_address",
        (
            "经营地址",
            "经营场所",
            "实际经营地址",
            "生产经营地址",
            "办公地址",
            "工作地址",
            "地址",
            "详细地址",
            "address",
        ),
        max_length=300,
    ),
    Field(
        "operating_code",
        (
            "经营地代码",
            "社区代码",
            "所属社区代码",
            "区划代码",
            "行政区划代码",
            "统计用区划代码",
            "经营地区划代码",
            "division code",
        ),
        "code",
    ),
    _COUNTY,
    Field("contact_name", ("联系人", "联系人姓名", "contact"), max_length=40),
    Field("contact_phone", ("联系电话", "联系人电话", "电话", "手机", "phone"), max_length=40),
    Field("removed_on", ("移出日期", "注销日期", "removed on"), "date"),
    Field("removal_reason", ("移出原因", "removal reason"), "choice", words.REMOVAL_REASON),
    *_CLARITY,
    *PLACE_FIELDS,
    _INVENTED,
)

_DEMAND = (
    Field("code", ("聚集地编号", "编号", "点位编号", "demand code"), "code", strict=True),
    Field("name", ("聚集地名称", "地点名称", "点位名称", "名称", "place", "place name"), required=True),
    Field(
        "people",
        ("人数", "估计人数", "户外劳动者人数", "劳动者人数", "日均人数", "workers", "people count"),
        "integer",
        required=True,
        strict=True,
    ),
    Field("kind", ("聚集地类型", "地点类型", "类型", "place kind", "type"), max_length=60),
    Field("worker_group", ("劳动者群体", "人群", "职业", "worker group", "group"), max_length=60),
    Field(
        "active_hours",
        ("活动时段", "活动时间", "聚集时段", "在场时段", "active hours", "hours"),
        "hours",
        max_length=300,
    ),
    Field("counted_on", ("统计日期", "调查日期", "counted on"), "date"),
    Field("address", ("地址", "详细地址", "位置"), max_length=300),
    _COUNTY,
    *PLACE_FIELDS,
    _INVENTED,
)

FIELDS: dict[ImportKind, tuple[Field, ...]] = {
    ImportKind.DIVISIONS: _DIVISIONS,
    ImportKind.GRIDS: _GRIDS,
    ImportKind.STATIONS: _STATIONS,
    ImportKind.ENTERPRISES: _ENTERPRISES,
    ImportKind.DEMAND: _DEMAND,
}
POLYGON_KINDS = frozenset({ImportKind.DIVISIONS, ImportKind.GRIDS})
