"""What is kept: SQLAlchemy Core on SQLite or PostgreSQL, one statement per function."""
