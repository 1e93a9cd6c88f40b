"""`rules push`, `versions`, `rollback` and `pull`, as somebody types them, on either database."""

from __future__ import annotations

import json

from tests.pushed.conftest import FLOODS, STORMS, Machine


def test_rules_are_pushed_listed_and_read_from_the_database(machine: Machine) -> None:
    """The first push makes the database; `check`, `rules list` and the rest take what is there."""
    assert machine.run("check").exit_code == 2
    assert "`news-monitor rules push FOLDER`" in machine.run("check").output
    pushed = machine.push("--note", "the first")
    assert (pushed.exit_code, pushed.output) == (
        0,
        "version 1 is pushed: rules added: storms (1 rule, 1 test, 1 file)\n",
    )
    assert machine.run("check").exit_code == 0
    assert "database/1/storms.yaml:2" in machine.run("rules", "list").output
    assert machine.run("rules", "explain", "storms", "A storm at sea").exit_code == 0
    [version] = json.loads(machine.run("rules", "versions", "--json").output)
    assert (version["number"], version["rules"], version["note"]) == (1, 1, "the first")


def test_what_is_the_same_is_not_pushed_again(machine: Machine) -> None:
    """Nor is anything stored by a dry run."""
    assert "would be pushed: rules added: storms" in machine.push("--dry-run").output
    assert "version 1 is pushed" in machine.push().output
    assert machine.push().output == "nothing to push: version 1 is the same\n"


def test_what_a_daemon_would_refuse_is_not_pushed(machine: Machine) -> None:
    """Mistakes, failing tests, channels that are not there, and routes whose rule would go."""
    machine.write("b.yaml", "rules:\n  b: {any: [b], alert: {channels: [nowhere]}}\n")
    assert "nowhere" in machine.push().output
    machine.write("b.yaml", "rules:\n  b: {any: [b], tests: {match: [nothing]}}\n")
    assert "b.yaml:2:33: test failed" in machine.push().output
    machine.write("b.yaml", "rules:\n  b: {any: [b], titel: B}\n")
    refused = machine.push()
    assert (refused.exit_code, "did you mean 'title'?" in refused.output) == (2, True)
    machine.write("b.yaml", FLOODS)
    routes = "routes: [{match: {rule: [flood]}, channels: [out]}]\n"
    machine.config.write_text(machine.config.read_text() + routes)
    refused = machine.push()
    assert (refused.exit_code, "no rule is named 'flood'; did you mean 'floods'?" in refused.output) == (
        2,
        True,
    )
    assert "FINGERPRINT" not in machine.run("rules", "versions").output


def test_a_version_shows_what_it_changed(machine: Machine) -> None:
    """Line by line, against the one before or any other."""
    machine.push()
    machine.write("storms.yaml", STORMS.replace("[storm]", "[storm, gale]"))
    machine.push()
    machine.write("below/floods.yaml", FLOODS)
    assert "rules added: floods (2 rules" in machine.push("--after", "2").output
    shown = machine.run("rules", "versions", "3").output.splitlines()
    assert "+++ 3/below/floods.yaml" in shown
    assert "+  floods: {any: [flood]}" in shown
    assert not any("storm" in line for line in shown)
    against = machine.run("rules", "versions", "3", "--against", "1").output.splitlines()
    assert "-  storms: {any: [storm], tests: {match: [A storm]}}" in against
    missing = machine.run("rules", "versions", "9")
    assert (missing.exit_code, "there is no version 9" in missing.output) == (1, True)


def test_a_push_after_another_version_says_whose_is_there(machine: Machine) -> None:
    """Nothing is stored, and the sentence says what to do."""
    machine.push()
    machine.write("floods.yaml", FLOODS)
    machine.push()
    machine.write("more.yaml", "rules:\n  more: {any: [more]}\n")
    refused = machine.push("--after", "1")
    assert refused.exit_code == 2
    assert "version 2 was pushed meanwhile" in refused.output
    assert machine.push("--after", "2").exit_code == 0


def test_a_rollback_is_a_new_version_of_the_old_rules(machine: Machine) -> None:
    """It is noted as such, and tested as at any push."""
    machine.push()
    machine.write("storms.yaml", FLOODS)
    machine.push()
    back = machine.run("rules", "rollback", "1", "--note", "too many")
    assert back.exit_code == 0
    assert back.output.startswith("version 3 is pushed, back to version 1: too many: rules added: storms")
    newest, *_ = json.loads(machine.run("rules", "versions", "--json").output)
    assert (newest["number"], newest["note"]) == (3, "back to version 1: too many")
    assert machine.run("rules", "rollback", "1").output.startswith("nothing to do: version 3 in force")
    assert machine.run("rules", "rollback", "8").exit_code == 1


def test_what_was_pushed_is_pulled_to_be_edited(machine: Machine) -> None:
    """Into a folder that is empty; pushed again it is the same."""
    machine.write("below/floods.yaml", FLOODS)
    machine.push()
    folder = machine.folder / "pulled"
    assert machine.run("rules", "pull", str(folder)).exit_code == 0
    assert (folder / "below" / "floods.yaml").read_text() == FLOODS
    again = machine.run("rules", "push", str(folder))
    assert again.output == "nothing to push: version 1 is the same\n"
    refused = machine.run("rules", "pull", str(folder))
    assert (refused.exit_code, "is not empty" in refused.output) == (2, True)
