"""What the main job says at the end."""

from scripts.main_job import sentences

PEOPLE = {"people": 100, "covered": 50, "cross_covered": 20, "unknown": 5, "not_covered": 45}
SUMMARY = {
    "demo_data": True,
    "stations": 25,
    "grids": 12,
    "enterprises": 150,
    "assigned": 148,
    "fallback": 2,
    "out_of_county": 0,
    "review": 2,
    "not_on_map": 0,
    "coverage": {"walk_10": {"label_zh": "步行十分钟", "label_en": "on foot", "by_hour": {"22:00": PEOPLE}}},
    "streets": [
        {
            "name": "福田区",
            "label_zh": "步行十分钟",
            "label_en": "on foot",
            "hour": "22:00",
            "people": 1939,
            "straight": 1190,
            "streets": 694,
            "unplaced": 4,
        }
    ],
    "accounts": [],
}


def test_both_measures_stand_side_by_side() -> None:
    assert list(sentences(SUMMARY))[-1] == (
        "福田区工作日 22:00，步行十分钟：直线 1,190 / 1,939 人，沿路 694 人；离路太远、算不了的地点 4 处。"
    )
    assert "694 along streets" in list(sentences(SUMMARY, "en"))[-1]
