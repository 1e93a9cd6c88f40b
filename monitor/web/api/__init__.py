"""The API for programs, read-only, under /api/v1."""
