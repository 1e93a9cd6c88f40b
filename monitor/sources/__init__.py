"""Feeds looked at and taken up by people: what stands behind an address, and its way into config.yaml."""
