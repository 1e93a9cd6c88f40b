"""Entries are found by their address, whatever feed brought them."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_entries_url", "entries", ["url"], postgresql_using="hash")
