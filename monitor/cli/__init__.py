"""The command line: words typed by a person, exit codes; no logic."""
