"""The folder and the commands of the tests of the command line, here too."""

from tests.cli.conftest import folder, run, stored

__all__ = ["folder", "run", "stored"]
