"""Reference data every installation starts with: the 8+N list and the coverage rules.

Revision ID: 0002
Revises: 0001
"""
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The first eight are the most frequent items of ten published lists; the county may set others.
SERVICE_ITEMS = [
    ("food_heating", "热饭", "Food heating"),
    ("drinking_water", "饮水", "Drinking water"),
    ("rest_seating", "休息座椅", "Seating"),
    ("first_aid", "急救药箱", "First-aid kit"),
    ("phone_charging", "手机充电", "Phone charging"),
    ("climate_control", "冷暖空调", "Cooling and heating"),
    ("rain_shelter", "遮风避雨", "Rain shelter"),
    ("toilet", "厕所", "Toilet"),
    ("reading", "阅读", "Reading"),
    ("wifi", "无线网络", "Wi-Fi"),
    ("tools", "工具箱", "Tools"),
    ("air_pump", "打气", "Air pump"),
    ("battery_swap", "换电", "Battery swap"),
    ("discount_meals", "优惠餐食", "Discount meals"),
    ("legal_aid", "法律服务", "Legal aid"),
    ("nursing_room", "母婴室", "Nursing room"),
    ("aed", "AED 除颤仪", "AED"),
]

# Paces and limits: ACFTU 双15工程 (1 km in 15 min = 1.111 m/s), GB 50180-2018 (500 m), Road Traffic
# Safety Law art. 58 (15 km/h for e-bikes in the non-motor lane).
COVERAGE_RULES = [
    dict(code="walk_10", label_zh="步行十分钟", label_en="10 min on foot",
         basis_zh="按双15工程的步速，1 公里走 15 分钟", basis_en="at the pace of the ACFTU 15-minute programme, 1 km in 15 min",
         speed_mps=1000 / 900, straight_limit_m=667, street_limit_s=600, is_default=True, position=1),
    dict(code="neighbourhood_10", label_zh="十分钟生活圈", label_en="10-minute neighbourhood",
         basis_zh="按 GB 50180 十分钟生活圈，500 米", basis_en="GB 50180 ten-minute neighbourhood, 500 m",
         speed_mps=500 / 600, straight_limit_m=500, street_limit_s=None, is_default=False, position=2),
    dict(code="walk_15", label_zh="双15", label_en="15 min on foot",
         basis_zh="按全总双15工程，1 公里、15 分钟", basis_en="ACFTU 15-minute programme, 1 km or 15 min",
         speed_mps=1000 / 900, straight_limit_m=1000, street_limit_s=900, is_default=False, position=3),
    dict(code="ebike_10", label_zh="骑行十分钟", label_en="10 min by e-bike",
         basis_zh="按电动自行车法定时速 15 公里", basis_en="at the lawful 15 km/h of an e-bike",
         speed_mps=15 / 3.6, straight_limit_m=2500, street_limit_s=600, is_default=False, position=4),
]


def upgrade() -> None:
    items = sa.table("service_items", *(sa.column(c) for c in ("code", "name_zh", "name_en", "position")))
    op.bulk_insert(
        items,
        [
            {"code": code, "name_zh": zh, "name_en": en, "position": position}
            for position, (code, zh, en) in enumerate(SERVICE_ITEMS, start=1)
        ],
    )
    codes = ", ".join(f"'{code}'" for code, _, _ in SERVICE_ITEMS[:8])
    op.execute(
        "INSERT INTO service_standards (label, valid_from, standard_items) "
        f"VALUES ('8+N', DATE '2020-01-01', ARRAY[{codes}])"
    )
    rules = sa.table("coverage_rules", *(sa.column(c) for c in COVERAGE_RULES[0]))
    op.bulk_insert(rules, COVERAGE_RULES)


def downgrade() -> None:
    op.execute("DELETE FROM coverage_runs")
    op.execute("DELETE FROM coverage_rules")
    op.execute("DELETE FROM station_services")
    op.execute("DELETE FROM service_standards")
    op.execute("DELETE FROM service_items")
