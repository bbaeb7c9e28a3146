"""The manager's doors: versions, keys, foreign stations, photos; what is public changes at once."""

import io

import pytest
import sqlalchemy as sa
from PIL import Image

from geodata.models import AuditEntry
from geodata.stations import photo_limits
from tests.office import sign_in

OWN, FOREIGN = 1, 2


@pytest.fixture
def desk(own_county):
    """The manager of station 1 on a county of the test's own, and an engine on it."""
    planner, engine = own_county
    client = planner.application.test_client()
    client.application.test_client_class = type(planner)
    return sign_in(client, engine, "manager"), engine


def care(client, station=OWN):
    return client.get(f"/api/v1/stations/{station}/care").get_json()


def change(client, method, path, body=None, *, version=None, station=OWN, **options):
    version = care(client)["version"] if version is None else version
    return client.send(method, f"/api/v1/stations/{station}/{path}", body, version=version, **options)


def jpeg(size=(640, 480), **values):
    sink = io.BytesIO()
    Image.new("RGB", size, (90, 140, 140)).save(sink, "JPEG", **values)
    return sink.getvalue()


def upload(client, data, *, station=OWN, name="photo", version=None, **options):
    version = care(client)["version"] if version is None else version
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"; filename="door.jpg"\r\n\r\n'
    return client.send(
        "POST",
        f"/api/v1/stations/{station}/photos",
        version=version,
        data=head.encode() + data + b"\r\n--x--\r\n",
        content_type="multipart/form-data; boundary=x",
        **options,
    )


def entries(engine):
    with engine.connect() as connection:
        rows = sa.select(AuditEntry.actor, AuditEntry.action, AuditEntry.post).where(
            AuditEntry.subject_kind == "station"
        )
        return connection.execute(rows.order_by(AuditEntry.id)).all()


def test_one_save_changes_what_the_public_sees_and_is_logged_with_the_post(desk):
    client, engine = desk
    answer = change(client, "POST", "today", {"services": {"toilet": "broken"}, "visitors": 12})
    assert (answer.status_code, answer.get_json()) == (200, {"version": 2})
    public = client.get("/api/v1/stations/1").get_json()["properties"]
    assert {each["code"]: each["condition"] for each in public["services"]} == {"toilet": "broken"}
    assert public["confirmed_on"] == care(client)["today"]
    assert entries(engine) == [("manager", "station_today", "station_manager:station 1")]


def test_the_same_save_sent_twice_is_done_once(desk):
    client, engine = desk
    for _ in range(2):
        answer = change(client, "POST", "today", {"visitors": 5}, version=1, key="lost-answer-1")
        assert answer.get_json() == {"version": 2}
    assert len(entries(engine)) == 1


def test_a_stale_save_is_told_who_changed_what(desk):
    client, _ = desk
    change(client, "POST", "today", {"services": {"toilet": "broken"}})
    answer = change(client, "POST", "today", {"services": {"toilet": "unknown"}}, version=1)
    body = answer.get_json()
    assert (answer.status_code, body["code"]) == (409, "stale_version")
    assert body["params"]["by"] == "站长丁"
    assert "service.toilet" in body["params"]["changed"]
    assert "站长丁" in body["detail"]


CHANGES = [
    ("POST", "today", {}),
    ("PUT", "hours", {"openings": [{"weekday": 0, "opens": "08:00", "closes": "18:00"}]}),
    ("PUT", "special-days", {"first": "2027-01-01", "last": "2027-01-03", "reason": "元旦"}),
    ("DELETE", "special-days/2099-10-01", None),
    ("POST", "closures", {"kind": "planned", "reason": "装修", "ends": "2027-03-01T18:00"}),
    ("PUT", "closures/1", {"ends": "2027-03-01T18:00"}),
    ("DELETE", "closures/1", None),
    ("POST", "reopen", None),
    ("PUT", "access", {"access_method": "bell"}),
    ("PUT", "services/toilet", {"condition": "working", "mode": "nearby", "distance_m": 80}),
    ("PUT", "visitors/2026-11-25", {"visitors": 3}),
    ("PUT", "photos/order", {"photos": []}),
    ("DELETE", "photos/1", None),
]


@pytest.mark.parametrize(("method", "path", "body"), CHANGES, ids=lambda value: str(value)[:24])
def test_every_change_needs_a_version_and_ones_own_station(signed_in, method, path, body):
    client = signed_in("manager")
    assert client.send(method, f"/api/v1/stations/{OWN}/{path}", body).status_code == 428
    for station in (FOREIGN, 99_999):
        assert change(client, method, path, body, station=station, version=1).status_code == 404


@pytest.mark.parametrize("login", ["liaison", "viewer", "cadre", "auditor", "nobody"])
def test_nobody_else_may_change_a_station(signed_in, login):
    answer = signed_in(login).send("POST", f"/api/v1/stations/{OWN}/today", {}, version=1)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"role": "admin"},
        {"version": 3},
        {"confirmed_by": "li"},
        {"services": {"toilet": "expired"}},
        {"services": {"toilet": "gone"}},
        {"visitors": -1},
        {"visitors": 100_001},
        {"visitors": 1.5},
        {"opening": "shut"},
        {"closes_at": "25:00"},
        {"reason": "长" * 201},
        [],
    ],
)
def test_what_a_manager_may_not_say_is_refused(signed_in, body):
    client = signed_in("manager")
    assert change(client, "POST", "today", body, version=1).status_code in {400, 422}
    assert care(client)["version"] == 1


def test_hours_past_midnight_and_all_day_are_read_as_meant(desk):
    client, _ = desk
    openings = [
        {"weekday": 0, "opens": "22:00", "closes": "02:00"},
        {"weekday": 1, "opens": "00:00", "closes": "00:00"},
        {"weekday": 2, "opens": "00:00", "closes": "24:00"},
    ]
    assert change(client, "PUT", "hours", {"openings": openings}).status_code == 200
    hours = [(row["weekday"], row["opens_min"], row["closes_min"]) for row in care(client)["hours"]]
    assert hours == [(0, 1320, 1560), (1, 0, 1440), (2, 0, 1440)]


def test_a_closure_time_without_a_zone_is_the_countys(desk):
    client, _ = desk
    body = {"kind": "unplanned", "reason": "停电", "ends": "2027-03-01T18:00"}
    assert change(client, "POST", "closures", body).status_code == 200
    assert care(client)["closures"][0]["ends"] == "2027-03-01T10:00:00+00:00"
    assert care(client)["public"]["state"] == "closed"
    closed = client.get("/api/v1/stations/1").get_json()["properties"]["closures"]
    assert closed[0]["reason"] == "停电"


def test_a_closure_without_a_key_is_refused(signed_in):
    client = signed_in("manager")
    body = {"kind": "planned", "reason": "装修", "ends": "2027-03-01T18:00"}
    answer = change(client, "POST", "closures", body, key=None)
    assert (answer.status_code, answer.get_json()["code"]) == (400, "idempotency_key_missing")


def test_a_photo_arrives_without_its_place_and_is_public(desk):
    client, _ = desk
    exif = Image.Exif()
    exif[0x8825] = {1: "N", 2: (34.0, 45.0, 12.3)}
    assert upload(client, jpeg(exif=exif)).status_code == 200
    (photo,) = care(client)["photos"]
    for path in ("", "/small"):
        answer = client.application.test_client().get(f"/api/v1/stations/1/photos/{photo['id']}{path}")
        assert (answer.status_code, answer.content_type) == (200, "image/jpeg")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        with Image.open(io.BytesIO(answer.data)) as image:
            assert not image.getexif()
        again = client.get(
            f"/api/v1/stations/1/photos/{photo['id']}{path}",
            headers={"If-None-Match": answer.headers["ETag"]},
        )
        assert again.status_code == 304


def test_a_photo_belongs_to_its_station_and_is_gone_when_removed(desk):
    client, _ = desk
    upload(client, jpeg())
    photo = care(client)["photos"][0]["id"]
    assert client.get(f"/api/v1/stations/2/photos/{photo}").status_code == 404
    assert change(client, "DELETE", f"photos/{photo}").status_code == 200
    assert client.get(f"/api/v1/stations/1/photos/{photo}").status_code == 404


def test_a_photo_sent_twice_with_one_key_is_added_once(desk):
    client, _ = desk
    for _ in range(2):
        assert upload(client, jpeg(), version=1, key="photo-key-1").get_json() == {"version": 2}
    assert len(care(client)["photos"]) == 1


@pytest.mark.parametrize(
    ("data", "name", "status", "code"),
    [
        (b"GIF89a....", "photo", 422, "photo_kind"),
        (jpeg()[:500], "photo", 422, "photo_unreadable"),
        (jpeg(), "file", 422, "photo_missing"),
        (b"\xff\xd8\xff" + b"0" * (photo_limits.MAX_FILE_BYTES + 100_000), "photo", 413, "request_too_large"),
    ],
    ids=["kind", "cut off", "missing", "too large"],
)
def test_a_hostile_photo_is_refused_and_leaves_nothing(signed_in, data, name, status, code):
    client = signed_in("manager")
    answer = upload(client, data, name=name, version=1)
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)
    assert care(client)["photos"] == []


def test_a_photo_for_a_foreign_station_is_not_found(signed_in):
    client = signed_in("manager")
    assert upload(client, jpeg(), station=FOREIGN, version=1).status_code == 404


def test_other_doors_keep_their_small_limit(signed_in):
    client = signed_in("manager")
    answer = change(client, "POST", "today", {"reason": "x" * 70_000}, version=1)
    assert answer.status_code == 413
