"""Tables made from other tables, to draw tiles fast.

Revision ID: 0003
Revises: 0002
"""
import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tile_states",
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("data_version", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("part", name=op.f("pk_tile_states")),
    )
    op.create_table(
        "enterprise_cells",
        sa.Column("z", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("x", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("y", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("cells", postgresql.ARRAY(sa.SmallInteger()), nullable=False),
        sa.Column("enterprises", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("unorganized", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("review", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.PrimaryKeyConstraint("z", "x", "y", "county_code", name=op.f("pk_enterprise_cells")),
    )
    op.create_table(
        "enterprise_places",
        sa.Column("x", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("y", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("ids", postgresql.ARRAY(sa.BigInteger()), nullable=False),
        sa.Column("east", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("down", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("enterprises", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("unorganized", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("statuses", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.PrimaryKeyConstraint("x", "y", "county_code", name=op.f("pk_enterprise_places")),
    )
    op.create_table(
        "grid_totals",
        sa.Column("grid_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("enterprises", sa.Integer(), nullable=False),
        sa.Column("unorganized", sa.Integer(), nullable=False),
        sa.Column("review", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["grid_id"], ["grids.id"], name=op.f("fk_grid_totals_grid_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("grid_id", name=op.f("pk_grid_totals")),
    )
    op.create_geospatial_table(
        "outlines",
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("band", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("layer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("county_code", sa.Text(), nullable=False),
        sa.Column("geom", Geometry(geometry_type="MULTIPOLYGON", srid=3857, dimension=2, spatial_index=False, nullable=False), nullable=False),
        sa.Column("label", Geometry(geometry_type="POINT", srid=3857, dimension=2, spatial_index=False, nullable=False), nullable=False),
        sa.PrimaryKeyConstraint("part", "subject_id", "band", name=op.f("pk_outlines")),
    )
    op.create_geospatial_index("ix_outlines_geom", "outlines", ["band", "layer", "geom"], unique=False, postgresql_using="gist", postgresql_ops={})


def downgrade() -> None:
    op.drop_geospatial_index("ix_outlines_geom", table_name="outlines", postgresql_using="gist", column_name="geom")
    op.drop_geospatial_table("outlines")
    op.drop_table("grid_totals")
    op.drop_table("enterprise_places")
    op.drop_table("enterprise_cells")
    op.drop_table("tile_states")
