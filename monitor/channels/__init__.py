"""Where alerts go: one file per channel."""
