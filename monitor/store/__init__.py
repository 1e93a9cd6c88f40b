"""What is kept: SQLAlchemy Core on SQLite or PostgreSQL, one statement per function."""

from monitor.store.store import Store, open_store

__all__ = ["Store", "open_store"]
