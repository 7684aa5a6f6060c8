"""Every notice has its own row for each recipient, who is told of those that are armed alike at once."""

from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as table:
        table.drop_constraint("uq_deliveries_recipient_armed_profile", type_="unique")
        table.create_unique_constraint("uq_deliveries_notice_id_recipient", ["notice_id", "recipient"])
        table.drop_index("ix_deliveries_notice")
        table.create_index("ix_deliveries_armed", ["recipient", "armed", "profile"])
