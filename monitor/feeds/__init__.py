"""Fetching and reading feeds: the only part that talks to publishers' servers."""
