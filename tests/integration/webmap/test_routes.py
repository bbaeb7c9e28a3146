"""Every route names its permission, and reading never changes anything."""

from webmap.permissions import permission_of

OPEN_TO_ALL = {"static"}  # files of the repository, no data


def test_every_route_names_the_permission_it_needs(app):
    forgotten = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if rule.endpoint not in OPEN_TO_ALL and permission_of(app.view_functions[rule.endpoint]) is None
    ]
    assert forgotten == []
