"""Decisions and the nouns they are made of: no I/O, no clock, no dice; everything variable is an argument."""
