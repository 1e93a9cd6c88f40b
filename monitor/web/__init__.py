"""The desk: pages for a browser on what the daemon knows. Gets the store through protocols of its own."""
