"""Who is responsible: pages, the sum check, and which grid."""

import pytest


def get(client, path, **query):
    answer = client.get(f"/api/v1/{path}", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_pages_walk_every_assignment_exactly_once(client):
    seen, after = [], 0
    while after is not None:
        page = get(client, "assignments", limit=17, after=after)
        seen += [one["enterprise"]["id"] for one in page["assignments"]]
        after = page["next"]
    assert len(seen) == len(set(seen)) == get(client, "assignments/summary")["enterprises"]


def test_the_sum_check_adds_up_and_splits_without_remainder(client):
    sums = get(client, "assignments/summary")
    assert sums["adds_up"]
    assert sums["assigned"] + sums["fallback"] + sums["out_of_county"] == sums["enterprises"]
    parts = [get(client, "assignments/summary", organized=organized) for organized in ("true", "false")]
    assert sum(part["enterprises"] for part in parts) == sums["enterprises"]
    assert get(client, "assignments/summary", county="410102")["enterprises"] == 0


def test_filters_agree_with_the_sum_check(client):
    sums = get(client, "assignments/summary", county="410103")
    for status, count in sums["by_status"].items():
        assert get(client, "assignments", county="410103", status=status)["numberReturned"] == count


def test_a_place_is_answered_with_its_grid_and_a_sentence_in_both_languages(client):
    (one,) = get(client, "which-grid", lon=113.603, lat=34.703)["results"]
    assert one["grid"]["name"] == "一号网格"
    assert "一号网格" in one["reason_zh"]
    assert one["reason_en"].startswith("The place lies inside")


def test_a_credit_code_and_part_of_a_name_find_the_responsible_grid(client):
    (one,) = get(client, "which-grid", uscc="91410103ma00000006")["results"]
    assert one["enterprise"]["id"] == 1
    assert len(get(client, "which-grid", name="同楼")["results"]) == 3
    assert get(client, "which-grid", name="没有这家")["results"] == []


def test_owners_of_last_resort_are_named(client):
    fallen_back = [one for one in get(client, "assignments", limit=1000)["assignments"] if one["fallback"]]
    assert {one["fallback"]["name"] for one in fallen_back} == {"大学路街道"}
    assert all(one["grid"] is None for one in fallen_back)


@pytest.mark.parametrize("status", ["boundary_review", "gap_review", "location_pending"])
def test_the_queues_say_why_they_wait(client, status):
    for one in get(client, "assignments", status=status)["assignments"]:
        assert one["status"] == status
        assert one["reason_zh"]
        assert "{" not in one["reason_zh"] + one["reason_en"]
