"""The way in, services in full, visitors of past days, photos."""

import io
from datetime import timedelta

import pytest
import sqlalchemy as sa
from PIL import Image

from geodata.errors import Conflict, InvalidInput, NotFound, RefusedFile, Stale
from geodata.models import StationPhoto
from geodata.queries.station_care import find_photo
from geodata.stations import photo_limits
from geodata.stations.changing import Editor
from geodata.stations.photos import add_photo, order_photos, remove_photo
from geodata.stations.upkeep import Access, ServiceDetails, set_access, set_service, set_visitors
from geodata.vocab import AccessMethod, ServiceCondition, ServiceMode

DAY = timedelta(days=1)
WORKING = ServiceCondition.WORKING


def picture(shade=0):
    sink = io.BytesIO()
    Image.new("RGB", (320, 240), (200, 20 * shade, 30)).save(sink, "JPEG")
    return sink.getvalue()


def add(kept, shade=0, editor=None):
    return add_photo(kept.session, kept.id, picture(shade), editor=editor or kept.editor())


def test_the_log_learns_of_a_phone_only_that_it_changed(kept):
    access = Access(AccessMethod.BELL, "按门铃，说是骑手", "0371-60001234")
    set_access(kept.session, kept.id, access, editor=kept.editor())
    assert kept.care().row["duty_phone"] == "0371-60001234"
    entry = kept.entries()[-1]
    assert entry.after["duty_phone"] == "…"
    assert entry.after["access_note"] == "按门铃，说是骑手"
    assert "60001234" not in str(entry.after)


@pytest.mark.parametrize("phone", ["转 8 找老王", "12", "<script>", "1" * 30])
def test_a_phone_that_nobody_can_call_is_refused(kept, phone):
    with pytest.raises(InvalidInput, match="phone_unreadable"):
        set_access(kept.session, kept.id, Access(AccessMethod.OPEN, None, phone), editor=kept.editor())


def test_a_service_is_saved_with_place_number_and_date(kept):
    expires = kept.care().today + 20 * DAY
    details = ServiceDetails(WORKING, ServiceMode.NEARBY, 80, 3, expires)
    set_service(kept.session, kept.id, "first_aid", details, editor=kept.editor())
    saved = kept.service("first_aid")
    assert (saved.mode, saved.distance_m, saved.quantity, saved.days_left) == (ServiceMode.NEARBY, 80, 3, 20)


def test_past_its_date_a_working_service_is_shown_as_expired(kept):
    today = kept.care().today
    kept.session.execute(
        sa.text("UPDATE station_services SET expires_on = :on WHERE item_code = 'first_aid'"),
        {"on": today - DAY},
    )
    assert kept.service("first_aid").shown == ServiceCondition.EXPIRED


@pytest.mark.parametrize(
    ("details", "code"),
    [
        (ServiceDetails(ServiceCondition.EXPIRED), "service_condition_by_date"),
        (ServiceDetails(WORKING, ServiceMode.OWN, 50), "service_distance"),
        (ServiceDetails(WORKING, ServiceMode.NEARBY, 2001), "service_distance"),
        (ServiceDetails(WORKING, quantity=-1), "service_quantity"),
    ],
)
def test_a_service_that_cannot_be_is_refused(kept, details, code):
    with pytest.raises(InvalidInput) as refusal:
        set_service(kept.session, kept.id, "toilet", details, editor=kept.editor())
    assert refusal.value.code == code


def test_visitors_of_a_past_day_are_corrected_and_taken_back(kept):
    yesterday = kept.care().today - DAY
    for number in (12, 15):
        set_visitors(kept.session, kept.id, yesterday, number, editor=kept.editor())
    assert kept.care().visitors == {yesterday: 15}
    set_visitors(kept.session, kept.id, yesterday, None, editor=kept.editor())
    assert kept.care().visitors == {}
    assert kept.entries()[-1].before == {f"visitors.{yesterday}": 15}


@pytest.mark.parametrize(
    ("days", "number", "code"),
    [
        (0, -1, "visitors_out_of_range"),
        (0, 100_001, "visitors_out_of_range"),
        (1, 5, "visitors_day"),
        (-14, 5, "visitors_day"),
    ],
)
def test_visitors_that_cannot_be_are_refused(kept, days, number, code):
    with pytest.raises(InvalidInput) as refusal:
        set_visitors(kept.session, kept.id, kept.care().today + days * DAY, number, editor=kept.editor())
    assert refusal.value.code == code


def test_photos_come_in_order_and_can_be_put_in_another(kept):
    for shade in range(3):
        add(kept, shade)
    ids = [photo["id"] for photo in kept.care().photos]
    order_photos(kept.session, kept.id, ids[::-1], editor=kept.editor())
    assert [photo["id"] for photo in kept.care().photos] == ids[::-1]
    with pytest.raises(InvalidInput, match="photo_order"):
        order_photos(kept.session, kept.id, ids[:2], editor=kept.editor())


def test_a_removed_photo_is_gone_and_its_trace_stays(kept):
    add(kept)
    (photo,) = kept.care().photos
    assert find_photo(kept.session, kept.id, photo["id"], small=True)[0].startswith(b"\xff\xd8\xff")
    remove_photo(kept.session, kept.id, photo["id"], editor=kept.editor())
    kept.session.expire_all()
    row = kept.session.scalars(sa.select(StationPhoto)).one()
    assert (row.content, row.thumbnail, row.removed_by) == (None, None, "ding")
    assert find_photo(kept.session, kept.id, photo["id"], small=False) is None
    assert kept.entries()[-1].before == {"photos": [photo["id"]]}
    with pytest.raises(NotFound, match="photo_not_found"):
        remove_photo(kept.session, kept.id, photo["id"], editor=kept.editor())


def test_the_same_photo_twice_and_one_too_many_are_refused(kept):
    add(kept)
    with pytest.raises(Conflict, match="photo_there_already"):
        add(kept)
    for shade in range(1, photo_limits.MAX_PHOTOS):
        add(kept, shade)
    with pytest.raises(Conflict, match="photos_full"):
        add(kept, 9)


def test_a_removed_photo_may_come_back(kept):
    add(kept)
    remove_photo(kept.session, kept.id, kept.care().photos[0]["id"], editor=kept.editor())
    add(kept)
    assert len(kept.care().photos) == 1


def test_a_hostile_photo_leaves_nothing(kept):
    with pytest.raises(RefusedFile, match="photo_unreadable"):
        add_photo(kept.session, kept.id, picture()[:300], editor=kept.editor())
    assert kept.entries() == []
    assert kept.care().photos == []


def test_a_photo_for_a_station_of_somebody_else_is_not_even_decoded(kept):
    stranger = Editor(by="li", scope=kept.scope, version=1)
    with pytest.raises(NotFound, match="station_not_found"):
        add_photo(kept.session, kept.id + 1, b"not a picture", editor=stranger)


def test_every_change_refuses_a_stale_version(kept):
    stale = kept.editor(kept.version() - 1)
    today = kept.care().today
    for change in (
        lambda: set_access(kept.session, kept.id, Access(AccessMethod.OPEN), editor=stale),
        lambda: set_service(kept.session, kept.id, "toilet", ServiceDetails(WORKING), editor=stale),
        lambda: set_visitors(kept.session, kept.id, today, 3, editor=stale),
        lambda: add(kept, editor=stale),
        lambda: remove_photo(kept.session, kept.id, 1, editor=stale),
        lambda: order_photos(kept.session, kept.id, [], editor=stale),
    ):
        with pytest.raises(Stale):
            change()
    assert kept.entries() == []
