"""What must never be is found where constraints no longer hold, and nothing is found where they do."""

import sqlalchemy as sa

from geodata.queries.invariants import count_violations


def add_enterprise(session):
    return session.scalar(sa.text("INSERT INTO enterprises (name) VALUES ('店') RETURNING id"))


def test_an_empty_database_is_well(session):
    assert count_violations(session) == {}


def test_an_enterprise_with_two_owners_is_found(session):
    session.execute(sa.text("DROP INDEX uq_assignments_current"))
    enterprise = add_enterprise(session)
    grid = session.scalar(
        sa.text("INSERT INTO grids (county_code, code) VALUES ('410103', 'G1') RETURNING id")
    )
    for _ in range(2):
        session.execute(
            sa.text(
                "INSERT INTO assignments (enterprise_id, grid_id, method, status, valid_from) "
                "VALUES (:enterprise, :grid, 'covered', 'auto', now())"
            ),
            {"enterprise": enterprise, "grid": grid},
        )
    found = count_violations(session)
    assert found["enterprise_two_owners"] == 1
    assert found["assignments_overlap"] == 1


def test_an_enterprise_nobody_answers_for_is_found_once_others_are_assigned(session):
    assigned, _forgotten = add_enterprise(session), add_enterprise(session)
    session.execute(
        sa.text(
            "INSERT INTO assignments (enterprise_id, fallback_code, method, status) "
            "VALUES (:enterprise, '410103', 'gap_fallback', 'gap_review')"
        ),
        {"enterprise": assigned},
    )
    assert count_violations(session) == {"enterprise_without_owner": 1}


def test_an_invalid_shape_is_found(session):
    session.execute(sa.text("ALTER TABLE divisions DROP CONSTRAINT ck_divisions_geom_sound"))
    session.execute(
        sa.text(
            "INSERT INTO divisions (code, level, name, geom) VALUES ('410103', 'county', '区', "
            "'SRID=4326;MULTIPOLYGON(((0 0, 1 1, 1 0, 0 1, 0 0)))')"
        )
    )
    assert count_violations(session) == {"geometry_invalid:divisions.geom": 1}


def test_an_orphan_is_found(session):
    session.execute(sa.text("INSERT INTO users (login, name) VALUES ('li.si', '李四')"))
    session.execute(sa.text("ALTER TABLE posts DROP CONSTRAINT fk_posts_user_id"))
    session.execute(sa.text("INSERT INTO posts (user_id, role, county_code) VALUES (0, 'viewer', '410103')"))
    session.execute(
        sa.text(
            "ALTER TABLE posts ADD CONSTRAINT fk_posts_user_id FOREIGN KEY (user_id) "
            "REFERENCES users NOT VALID"
        )
    )
    assert count_violations(session) == {"orphan:posts:users": 1}


def test_a_write_begun_long_ago_and_never_answered_is_found(session):
    session.execute(
        sa.text(
            "INSERT INTO submissions (key, digest, created_at) "
            "VALUES ('public:k', 'd', now() - interval '1 day')"
        )
    )
    assert count_violations(session) == {"write_unanswered": 1}
