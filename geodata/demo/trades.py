"""Invented firms: trades, names, sizes, states and credit codes. No real firm or brand is meant."""

from dataclasses import dataclass

import numpy as np
from stdnum.cn import uscc

from geodata.demo.names import PLACES, STREETS, Pool
from geodata.vocab import OrganizationStatus, UnitKind

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# 410199 and 419999 are the area codes of no registering authority: no real firm can have such a code.
AREAS = ("410199", "419999")
_KIND_PREFIX = {
    UnitKind.NON_PUBLIC_ENTERPRISE: "91",
    UnitKind.INDIVIDUAL_BUSINESS: "92",
    UnitKind.FARMER_COOPERATIVE: "93",
    UnitKind.SOCIAL_ORGANIZATION: "52",
}
_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)  # GB 11714


@dataclass(frozen=True)
class Trade:
    """A line of business: its industry code (GB/T 4754), its 条线, words for names, how often, how large."""

    code: str
    line: str
    words: tuple[str, ...]
    share: int
    size: float
    kind: UnitKind = UnitKind.NON_PUBLIC_ENTERPRISE


TRADES = (
    Trade("5437", "货运物流", ("城市配送站", "冷链配送站", "货运代理部", "物流服务部"), 8, 1.2),
    Trade("6020", "快递", ("快件中转点", "快件营业部", "快递服务站"), 7, 1.3),
    Trade("6242", "外卖配送", ("外送服务站", "即时配送站"), 5, 1.5),
    Trade(
        "6210",
        "餐饮",
        ("面馆", "烩面馆", "家常菜馆", "早餐铺", "火锅店"),
        14,
        0.8,
        UnitKind.INDIVIDUAL_BUSINESS,
    ),
    Trade("6233", "餐饮", ("茶饮店", "冷饮批发部", "咖啡馆"), 4, 0.7, UnitKind.INDIVIDUAL_BUSINESS),
    Trade("7820", "环卫", ("保洁服务公司", "环境服务公司"), 4, 2.2),
    Trade("8010", "家政", ("家政服务部", "家政服务中心"), 5, 1.2),
    Trade("7272", "保安", ("保安服务公司",), 2, 2.6),
    Trade("7020", "物业", ("物业服务公司", "物业服务部"), 6, 1.8),
    Trade("8111", "汽修", ("汽配行", "汽车养护店", "轮胎店"), 6, 0.7, UnitKind.INDIVIDUAL_BUSINESS),
    Trade("5212", "商贸", ("便利店", "生活超市", "粮油店", "五金行"), 14, 0.6, UnitKind.INDIVIDUAL_BUSINESS),
    Trade("5127", "商贸", ("食品批发部", "百货批发部", "建材批发部"), 8, 0.9),
    Trade("5010", "建筑", ("装饰工程公司", "建筑安装公司", "门窗厂"), 6, 1.8),
    Trade("1819", "纺织服装", ("制衣厂", "针织厂", "布艺店"), 4, 2.0),
    Trade("1411", "食品加工", ("糕点厂", "食品厂", "豆制品厂"), 3, 1.9),
    Trade("3484", "机械制造", ("机械配件厂", "阀门厂", "模具厂"), 4, 2.2),
    Trade("6513", "软件信息", ("软件工作室", "信息技术公司", "数据服务公司"), 6, 1.5),
    Trade("8391", "教育培训", ("职业培训学校", "艺术培训中心"), 3, 1.2, UnitKind.SOCIAL_ORGANIZATION),
    Trade("8030", "生活服务", ("洗衣连锁店", "理发店", "裁缝铺"), 7, 0.5, UnitKind.INDIVIDUAL_BUSINESS),
    Trade("8425", "医疗健康", ("口腔诊所", "药房", "康复中心"), 5, 1.1),
    Trade("7221", "商务服务", ("创业服务中心", "广告制作部", "人力资源公司"), 4, 1.3),
    Trade("0710", "农业合作", ("果蔬专业合作社", "种植专业合作社"), 3, 1.4, UnitKind.FARMER_COOPERATIVE),
)
SIZES = ((1, 9), (10, 24), (25, 49), (50, 99), (100, 199), (200, 620))
_SIZE_SHARES = (0.47, 0.26, 0.145, 0.075, 0.035, 0.015)
_LARGEST_FAMILY_BAND = 3
_STATES = (
    (OrganizationStatus.UNORGANIZED, 0.70),
    (OrganizationStatus.IN_PROGRESS, 0.05),
    (OrganizationStatus.OWN_UNION, 0.10),
    (OrganizationStatus.COVERED_JOINT, 0.07),
    (OrganizationStatus.COVERED_INDUSTRY, 0.04),
    (OrganizationStatus.COVERED_PARENT, 0.02),
    (OrganizationStatus.ABSORBED, 0.015),
    (OrganizationStatus.NOT_APPLICABLE, 0.005),
)


class FirmNames:
    """Unique names such as 麦芒冷链配送站: a word and a trade, with a second word when dealt out."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._first, self._second = Pool(PLACES + STREETS, rng), Pool(STREETS, rng)
        self._taken: set[str] = set()
        self._rng = rng

    def deal(self, trade: Trade) -> str:
        """A name nobody else has."""
        ending = trade.words[int(self._rng.integers(len(trade.words)))]
        name = self._first.deal() + ending
        while name in self._taken:
            name = self._first.deal() + self._second.deal() + ending
        self._taken.add(name)
        return name


def make_uscc(rng: np.random.Generator, kind: UnitKind) -> str:
    """A credit code with right check characters and the area of no registering authority."""
    serial = "MA" + "".join(ALPHABET[int(digit)] for digit in rng.integers(0, 31, 6))
    body = serial + _organization_check(serial)
    start = _KIND_PREFIX[kind] + AREAS[int(rng.integers(2))] + body
    return start + str(uscc.calc_check_digit(start))


def _organization_check(serial: str) -> str:
    values = (int(char, 36) for char in serial)
    total = sum(value * weight for value, weight in zip(values, _ORGANIZATION_WEIGHTS, strict=True))
    return "0123456789X0"[(11 - total % 11) % 12]


def pick_trade(rng: np.random.Generator, *, is_rural: bool) -> Trade:
    """A trade by its share; cooperatives only in rural counties."""
    trades = [trade for trade in TRADES if is_rural or trade.kind != UnitKind.FARMER_COOPERATIVE]
    shares = np.array([trade.share for trade in trades], dtype=np.float64)
    return trades[int(rng.choice(len(trades), p=shares / shares.sum()))]


def pick_size(rng: np.random.Generator, trade: Trade) -> int:
    """A head count, most often below ten, larger in trades that are; a family business stays small."""
    chances = np.array(_SIZE_SHARES) * np.array(
        [1.0, trade.size, trade.size**1.2, trade.size**1.3, trade.size, 1.0]
    )
    if trade.kind == UnitKind.INDIVIDUAL_BUSINESS:
        chances[_LARGEST_FAMILY_BAND:] = 0.0
    low, high = SIZES[int(rng.choice(len(SIZES), p=chances / chances.sum()))]
    return int(rng.integers(low, high + 1))


def pick_state(rng: np.random.Generator) -> OrganizationStatus:
    """Three in four have no union yet."""
    states = [state for state, _ in _STATES]
    return states[int(rng.choice(len(states), p=[share for _, share in _STATES]))]
