"""Invented outlets served on loopback, so that a first start shows alerts with or without a network."""
