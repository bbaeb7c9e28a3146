"""Words that files use for our codes, Chinese and English; the first Chinese word is written by exports.

The code itself is always understood too. Published in ``docs/import.md``.
"""

from collections.abc import Mapping
from enum import StrEnum

from geodata.vocab import (
    AccessMethod,
    GridKind,
    LocationLevel,
    OrganizationStatus,
    RemovalReason,
    ServiceCondition,
    StationStatus,
    StationType,
    UnitKind,
    VenueType,
)

Words = Mapping[StrEnum, tuple[str, ...]]


class ClarityState(StrEnum):
    """Usual states of the six things that should be clear; a county may write short words of its own."""

    CLEAR = "clear"
    UNCLEAR = "unclear"
    ESTABLISHED = "established"
    NOT_ESTABLISHED = "not_established"


GRID_KIND: Words = {
    GridKind.GRID: ("网格", "普通网格", "基础网格", "ordinary grid"),
    GridKind.ZONE: ("片区", "大网格"),
    GridKind.EXCLUSIVE: ("专属网格", "专属"),
}
STATION_TYPE: Words = {
    StationType.STANDARD: ("标准型", "标准站", "标准", "固定型"),
    StationType.MICRO: ("微型", "小微型", "微站"),
    StationType.MOBILE: ("移动型", "流动型", "移动", "流动"),
}
VENUE_TYPE: Words = {
    VenueType.OUTDOOR_STATION: ("户外劳动者服务站", "工会驿站", "驿站", "爱心驿站", "户外劳动者服务站点"),
    VenueType.DRIVERS_HOME: ("司机之家", "卡车司机之家", "driver's home"),
    VenueType.NURSING_ROOM: ("爱心母婴室", "母婴室", "妈咪小屋"),
    VenueType.WORKERS_PALACE: ("工人文化宫", "职工文化宫", "文化宫"),
    VenueType.PARTY_MASS_CENTER: ("党群服务中心", "党群中心"),
    VenueType.STAFF_HOME: ("职工之家", "职工小家"),
}
STATION_STATUS: Words = {
    StationStatus.PLANNED: ("规划中", "拟建", "计划"),
    StationStatus.BUILDING: ("建设中", "在建"),
    StationStatus.ACCEPTED: ("已验收", "待开放", "验收"),
    StationStatus.OPEN: ("开放", "正常开放", "运营中", "正常运营", "正常", "在用", "启用"),
    StationStatus.TEMPORARILY_CLOSED: ("临时关闭", "暂停开放", "暂停服务", "暂停", "维修中"),
    StationStatus.RETIRED: ("已撤销", "撤销", "停办", "永久关闭"),
}
ACCESS_METHOD: Words = {
    AccessMethod.OPEN: ("自由进入", "直接进入", "敞开", "无门禁"),
    AccessMethod.QR: ("扫码", "扫码进入", "扫码开门", "二维码", "qr code"),
    AccessMethod.APP: ("手机应用开门", "小程序", "APP开门"),
    AccessMethod.BELL: ("按铃", "联系开门", "电话开门"),
    AccessMethod.STAFF_ONLY: ("仅内部人员", "仅本单位职工", "内部使用", "不对外", "staff"),
    AccessMethod.UNKNOWN: ("未知", "不详", "不清楚"),
}
SERVICE_CONDITION: Words = {
    ServiceCondition.WORKING: ("正常", "有", "是", "可用", "完好", "√", "✓", "yes", "y", "1", "true"),
    ServiceCondition.BROKEN: ("故障", "坏", "损坏", "维修"),
    ServiceCondition.OUT_OF_STOCK: ("缺货", "无库存", "用完"),
    ServiceCondition.EXPIRED: ("过期", "已过期"),
    ServiceCondition.REMOVED: ("无", "没有", "否", "×", "x", "未配备", "已撤除", "no", "n", "0", "false"),
    ServiceCondition.UNKNOWN: ("未知", "不详", "?"),
}
UNIT_KIND: Words = {
    UnitKind.NON_PUBLIC_ENTERPRISE: ("非公有制企业", "非公企业", "企业", "有限责任公司", "enterprise"),
    UnitKind.INDIVIDUAL_BUSINESS: ("个体工商户", "个体户", "个体"),
    UnitKind.FARMER_COOPERATIVE: ("农民专业合作社", "合作社"),
    UnitKind.SOCIAL_ORGANIZATION: ("社会组织", "社会团体", "民办非企业单位"),
    UnitKind.PUBLIC_BODY: ("机关事业单位", "机关", "事业单位"),
    UnitKind.OTHER: ("其他",),
}
ORGANIZATION_STATUS: Words = {
    OrganizationStatus.UNORGANIZED: ("未建会", "未建", "未组建", "否", "no"),
    OrganizationStatus.IN_PROGRESS: ("建会中", "筹建中", "正在建会", "筹备"),
    OrganizationStatus.OWN_UNION: ("已建会", "单独建会", "已建", "独立建会", "是", "yes"),
    OrganizationStatus.COVERED_JOINT: ("联合工会覆盖", "联合建会", "联合基层工会"),
    OrganizationStatus.COVERED_INDUSTRY: ("行业工会覆盖", "行业工会"),
    OrganizationStatus.COVERED_PARENT: ("上级单位工会覆盖", "总公司工会覆盖", "总部工会覆盖"),
    OrganizationStatus.ABSORBED: ("被吸收入会", "吸收入会"),
    OrganizationStatus.NOT_APPLICABLE: ("不适用", "无需建会"),
}
REMOVAL_REASON: Words = {
    RemovalReason.CLOSED_DOWN: ("已注销", "注销", "停业", "倒闭"),
    RemovalReason.MOVED_OUT: ("已迁出", "迁出", "搬走"),
    RemovalReason.DUPLICATE: ("重复", "重复登记"),
    RemovalReason.NO_WORKERS: ("无职工", "无用工", "空壳"),
}
LOCATION_LEVEL: Words = {
    LocationLevel.ENTRANCE: ("门口", "入口", "门址"),
    LocationLevel.BUILDING: ("楼栋", "建筑物", "楼宇"),
    LocationLevel.STREET: ("道路", "街路", "街巷"),
    LocationLevel.COMMUNITY: ("村社区", "社区", "村"),
    LocationLevel.TOWN: ("乡镇街道", "乡镇", "街道"),
    LocationLevel.NONE: ("未定位", "无"),
}
CLARITY: Words = {
    ClarityState.CLEAR: ("清", "已清", "清楚", "已核清"),
    ClarityState.UNCLEAR: ("不清", "未清", "不清楚", "未核清"),
}
ORGANIZATION_CLARITY: Words = {
    **CLARITY,
    ClarityState.ESTABLISHED: ("已建", "已建立", "有", "是", "yes"),
    ClarityState.NOT_ESTABLISHED: ("未建", "未建立", "无", "否", "no"),
}
YES = ("是", "true", "yes", "y", "1", "√", "虚构")
NO = ("否", "false", "no", "n", "0", "×", "真实")

SERVICE_LABELS = {
    "food_heating": ("加热饭菜", "微波炉", "热饭设备"),
    "drinking_water": ("饮水机", "饮用水", "热水"),
    "rest_seating": ("座椅", "休息", "桌椅"),
    "first_aid": ("药箱", "急救箱", "医药箱"),
    "phone_charging": ("充电", "充电设施"),
    "climate_control": ("空调", "冷暖设施", "取暖纳凉"),
    "rain_shelter": ("避雨", "遮雨"),
    "toilet": ("卫生间", "公厕", "洗手间"),
    "reading": ("书报", "图书"),
    "wifi": ("wifi", "wi-fi", "无线网"),
    "tools": ("工具", "维修工具"),
    "air_pump": ("打气筒", "充气"),
    "battery_swap": ("换电柜",),
    "discount_meals": ("爱心餐", "优惠餐"),
    "legal_aid": ("法律援助",),
    "nursing_room": ("妈咪小屋",),
    "aed": ("除颤仪",),
}
"""Further names of service columns, beside the item's code and its two names in the database."""
