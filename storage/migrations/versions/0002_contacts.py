"""Contacts: whom to reach in each unit (F17)."""

import sqlalchemy as sa
from alembic import op

from storage.tables import Instant

revision = "0002"
down_revision = "0001"

_TEXTS = (
    "department",
    "deputy_name",
    "deputy_post",
    "deputy_phone",
    "deputy_mobile",
    "liaison_name",
    "liaison_post",
    "liaison_phone",
    "liaison_mobile",
    "fax",
    "email",
    "filled_in_by",
    "filled_in_phone",
    "principal_name",
    "principal_post",
    "principal_mobile",
)


def upgrade() -> None:
    op.create_table(
        "contacts",
        sa.Column("profile", sa.String, nullable=False),
        sa.Column("unit", sa.String, nullable=False),
        *(sa.Column(name, sa.String, nullable=False) for name in _TEXTS),
        sa.Column("updated_at", Instant, nullable=False),
        sa.Column("updated_unit", sa.String, nullable=False),
        sa.Column("updated_role", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("profile", "unit", name="pk_contacts"),
    )
