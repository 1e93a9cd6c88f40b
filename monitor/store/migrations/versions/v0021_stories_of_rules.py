"""Which stories a rule matched is answered from indexes alone, and a rule's alerts have one of their own."""

from __future__ import annotations

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Widen two indexes and add one."""
    op.drop_index("ix_decisions_story", table_name="decisions")
    op.create_index("ix_decisions_story", "decisions", ["story", "rule"])
    op.drop_index("ix_decisions_rule", table_name="decisions")
    op.create_index("ix_decisions_rule", "decisions", ["rule", "verdict", "at", "story"])
    op.create_index("ix_alerts_rule", "alerts", ["rule", "created_at"])
