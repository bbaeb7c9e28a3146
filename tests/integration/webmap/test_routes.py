"""Every route names its permission and none can change anything."""

from webmap.permissions import permission_of

READING = {"GET", "HEAD", "OPTIONS"}
OPEN_TO_ALL = {"static"}  # files of the repository, no data


def test_every_route_names_the_permission_it_needs(app):
    forgotten = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN_TO_ALL and permission_of(app.view_functions[rule.endpoint]) is None
    ]
    assert forgotten == []


def test_no_route_can_change_anything_until_there_are_accounts(app):
    assert [rule.rule for rule in app.url_map.iter_rules() if not rule.methods <= READING] == []
