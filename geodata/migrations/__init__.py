"""Schema migrations, run from code: no ini file to find, the same call in scripts and tests."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from geodata.db import normalize_url


def config(url: str) -> Config:
    """Alembic configuration for one database."""
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    configuration.attributes["url"] = normalize_url(url)
    return configuration


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema up to ``revision``. Safe to call again, and by two callers at once."""
    command.upgrade(config(url), revision)


def downgrade(url: str, revision: str) -> None:
    """Take the schema down to ``revision`` (``base`` removes everything of ours)."""
    command.downgrade(config(url), revision)


def check(url: str) -> None:
    """Raise when the models and the migrated database differ."""
    command.check(config(url))


def known_revisions() -> list[str]:
    """All revisions this program knows, oldest first."""
    scripts = ScriptDirectory.from_config(config(""))
    return [script.revision for script in scripts.walk_revisions()][::-1]
