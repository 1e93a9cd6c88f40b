"""`news-monitor rules ...` as people and programs call it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from monitor.cli.main import cli
from monitor.core.rules.schema import schema
from monitor.core.text import readable

RULES = """\
entities:
  corps:
    name: Russian Volunteer Corps
    aliases:
      - Русский добровольческий корпус
      - {text: RDK, needs: [Belgorod], unless: [reference design]}
rules:
  raids:
    title: Raids
    owner: border desk
    tags: [border]
    query: raid* NEAR/5 Belgorod OR entity:corps
    none: [video game]
    where: {languages: [en, ru, uk]}
    tests:
      match: [A raid near Belgorod]
      ignore: [A video game about the raid near Belgorod]
  idle: {any: [raid], enabled: false}
"""

Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in a folder with rules/border.yaml."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "border.yaml").write_text(RULES, encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    def call(*words: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(cli, ["rules", *words], input=stdin)

    return call


def write(name: str, text: str) -> None:
    """Write a file in the working directory."""
    Path(name).write_text(text, encoding="utf-8")


def test_check_says_fine_or_every_mistake_with_its_exit_code(run: Run) -> None:
    """0 fine, 2 unusable; the folder `rules` is taken where nothing is named."""
    result = run("check")
    assert (result.exit_code, result.output) == (0, "1 file, 1 rule, 1 entity, 2 tests: fine\n")
    write("rules/more.yaml", "rules:\n  x: {any: [ab*], titel: X}\n")
    result = run("check")
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        "rules/more.yaml:2:13: 'ab*' would match too much; * needs at least 3 letters before it",
        "rules/more.yaml:2:19: rule 'x' has no key 'titel'; did you mean 'title'?",
        "2 files, 2 rules, 1 entity, 2 tests: 2 mistakes and 0 warnings",
    ]
    assert run("check", "rules/border.yaml").exit_code == 0


def test_check_runs_the_tests_and_the_linter(run: Run) -> None:
    """A failing test is 1; a warning is 0, or 1 with --strict."""
    write("rules/more.yaml", "rules: {x: {any: [Kурск]}}\n")
    result = run("check")
    assert (result.exit_code, "mixes Latin" in result.output) == (0, True)
    assert run("check", "--strict").exit_code == 1
    write("rules/more.yaml", "rules: {x: {any: [sortie], tests: {match: [A raid]}}}\n")
    result = run("check")
    assert (result.exit_code, "rules/more.yaml:1:44: test failed" in result.output) == (1, True)


def test_check_tests_and_doubts_what_no_mistake_touches(run: Run) -> None:
    """Whoever mends a typo hears of failing tests and doubts at once, and not of what hangs on the typo."""
    write(
        "rules/more.yaml",
        "rules:\n"
        "  typo: {titel: X, any: [sortie], tests: {match: [nothing]}}\n"
        "  whole: {any: [Kурск], tests: {match: [nothing]}}\n"
        "  dangling: {entity: crops, tests: {match: [nothing]}}\n",
    )
    result = run("check")
    assert result.exit_code == 2
    assert [line.partition(": ")[0] for line in result.output.splitlines()] == [
        "rules/more.yaml:2:10",
        "rules/more.yaml:3:17",
        "rules/more.yaml:3:41",
        "rules/more.yaml:4:22",
        "2 files, 4 rules, 1 entity, 5 tests",
    ]


def test_check_for_programs(run: Run) -> None:
    """One object for each mistake."""
    write("rules/more.yaml", "rules: {x: {any: [ab*]}}\n")
    (mistake,) = json.loads(run("check", "--json").output)
    assert (mistake["path"], mistake["line"], mistake["column"]) == ("rules/more.yaml", 1, 19)
    assert mistake["weight"] == "error"


def test_rules_and_channels_come_from_the_configuration(run: Run) -> None:
    """Without its secrets: only `rules:` and the names of channels are read."""
    write("config.yaml", "rules: [watch]\nchannels: {desk: {type: slack, token: '${NO_SUCH_TOKEN}'}}\n")
    Path("watch").mkdir()
    write("watch/a.yaml", "rules: {x: {any: [raid], alert: {channels: [dsk]}}}\n")
    result = run("check")
    assert result.exit_code == 2
    assert "watch/a.yaml:1:45: no channel named 'dsk'; did you mean 'desk'?" in result.output


def test_nothing_there_is_a_mistake(run: Run) -> None:
    """And exit code 2, in every command that needs rules."""
    for words in (("check", "absent"), ("test", "absent"), ("list", "-r", "absent")):
        result = run(*words)
        assert (result.exit_code, "no such file or folder" in result.output) == (2, True)


def test_test_tells_what_failed(run: Run) -> None:
    """Passing tests are counted, and named with -v."""
    result = run("test")
    assert (result.exit_code, result.output) == (0, "2 tests of 1 rule: all passed\n")
    assert "raids matches 'A raid near Belgorod'" in run("test", "-v").output
    write("rules/more.yaml", "rules: {x: {any: [sortie], tests: {match: [A raid], ignore: [b]}}}\n")
    result = run("test", "--rule", "x")
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "2 tests of 1 rule: 1 failed"
    assert [trial["passed"] for trial in json.loads(run("test", "--json").output)] == [
        True,
        True,
        False,
        True,
    ]
    assert run("test", "--rule", "y").exit_code == 2


def test_list_shows_rules_as_table_query_and_json(run: Run) -> None:
    """Switched-off rules too."""
    table = run("list").output
    assert "rules/border.yaml:8" in table
    assert "idle (off)" in table
    assert (
        'raids: (raid* NEAR/5 Belgorod OR entity:corps) AND NOT "video game"' in run("list", "--query").output
    )
    rules = json.loads(run("list", "--json", "--tag", "border").output)
    assert [(rule["id"], rule["tests"], rule["owner"]) for rule in rules] == [("raids", 2, "border desk")]
    assert "no rule" in run("list", "--owner", "nobody").output


def test_explain_shows_every_condition_with_its_proof(run: Run) -> None:
    """Exit code 0 if it matches, 1 if not; the text stands as it was given."""
    result = run("explain", "raids", "Бойцы Русского добровольческого корпуса")
    assert result.exit_code == 0
    assert "title: Бойцы [Русского добровольческого корпуса]" in result.output
    assert "of corps" in result.output
    result = run("explain", "raids", "The RDK reference design for Belgorod")
    assert result.exit_code == 1
    assert "does not count: title: The [RDK] reference design" in result.output


def test_explain_for_programs(run: Run) -> None:
    """Steps, hits with offsets, and what does not count."""
    explained = json.loads(
        run("explain", "raids", "A raid near Belgorod", "--field", "content", "--json").output
    )
    assert explained["matches"] is True
    assert [(hit["field"], hit["start"], hit["end"], hit["text"]) for hit in explained["hits"]] == [
        ("content", 2, 6, "raid"),
        ("content", 12, 20, "Belgorod"),
    ]
    assert explained["steps"]


def test_explain_takes_a_file_a_record_and_standard_input(run: Run) -> None:
    """First line title, the rest content; a record as `rules match` takes it."""
    write("article.txt", "News of the day\n\nA raid near Belgorod.\n")
    assert "content: A [raid]" in run("explain", "raids", "article.txt").output
    assert run("explain", "raids", "-", stdin="<p>A raid near <b>Belgorod</b></p>").exit_code == 0
    write("article.json", json.dumps({"summary": "A raid near Belgorod", "lang": "en"}))
    assert "summary: A [raid]" in run("explain", "raids", "article.json").output
    write("article.json", json.dumps({"summary": "A raid near Belgorod", "lang": "de"}))
    assert run("explain", "raids", "article.json").exit_code == 1
    write("article.json", "[]")
    assert run("explain", "raids", "article.json").exit_code == 2


def test_an_unknown_rule_gets_a_suggestion(run: Run) -> None:
    """And exit code 2."""
    result = run("explain", "radis", "x")
    assert (result.exit_code, result.output) == (2, "rules: no rule named 'radis'; did you mean 'raids'?\n")


def test_an_entry_of_the_archive_needs_a_database(run: Run) -> None:
    """An address or id is looked up; without a database there is a sentence."""
    result = run("explain", "raids", "https://news.example/raid")
    assert result.exit_code == 2
    assert "config.yaml" in result.output


def test_why_not_names_the_first_condition_that_failed(run: Run) -> None:
    """Exit code 0: silence explained; 1: it matches."""
    result = run("why-not", "raids", "A video game about a raid near Belgorod")
    assert result.exit_code == 0
    assert result.output.startswith(
        "rules/border.yaml:13: raids stays silent, because this must not hold and does:"
    )
    assert "A [video game] about" in result.output
    result = run("why-not", "raids", "A quiet day", "--json")
    assert json.loads(result.output)["failed"]["holds"] is False
    assert run("why-not", "raids", "A raid near Belgorod").exit_code == 1


def test_match_prints_one_object_a_line_and_a_summary(run: Run) -> None:
    """Every field may be missing; offsets count in the field as given."""
    content = "&quot;Русским добровольческим корпусом&quot; &amp; other"
    records: list[dict[str, object]] = [
        {"id": "one", "title": "A raid near Belgorod", "lang": "en"},
        {"guid": "two", "content": content},
        {"url": "https://a.example/3", "summary": "<p>Raids <b>near</b>\nBelgorod</p>", "lang": "en"},
        {"title": None, "summary": 5},
        {},
    ]
    write("in.jsonl", "\n".join(json.dumps(record, ensure_ascii=False) for record in records) + "\n\n")
    result = run("match", "--rules", "rules", "--input", "in.jsonl", "--json")
    assert result.exit_code == 0
    *entries, summary = map(json.loads, result.output.splitlines())
    assert [entry["id"] for entry in entries] == ["one", "two", "https://a.example/3", "4", "5"]
    assert [len(entry["matches"]) for entry in entries] == [1, 1, 1, 0, 0]
    (hit,) = entries[1]["matches"][0]["hits"]
    assert content[hit["start"] : hit["end"]] == hit["text"] == "Русским добровольческим корпусом"
    assert (hit["field"], hit["entity"]) == ("content", "corps")
    assert (summary["event"], summary["entries"], summary["matched"]) == ("summary", 5, 3)
    assert summary["entries_per_second"] > 0


def test_match_passes_over_broken_lines_and_says_so(run: Run) -> None:
    """One bad line loses no other; the exit code tells."""
    good = '{"title": "A raid near Belgorod", "lang": "en"}'
    lines = f"{good}\nnot json\n[1]\n{good.replace('A', chr(92) + 'ud800', 1)}\n"
    result = run("match", "--input", "-", stdin=lines)
    assert result.exit_code == 1
    assert "-:2: is no JSON object; skipped" in result.output
    assert "2 of 2 entries matched" in result.output
    assert run("match", "--input", "absent.jsonl").exit_code == 2


def test_schema_prints_the_schema(run: Run) -> None:
    """For `> rules.schema.json`."""
    assert json.loads(run("schema").output) == schema()


@pytest.mark.parametrize("name", ["check", "test", "list", "explain", "why-not", "match", "schema"])
def test_every_command_teaches_by_example(run: Run, name: str) -> None:
    """Help shows lines that can be copied, kept as lines."""
    output = run(name, "--help").output
    assert "\n    news-monitor rules " in output
    assert "\\b" not in output


def test_control_characters_of_a_text_never_reach_the_terminal(run: Run) -> None:
    """Escape sequences of an article stay in the article."""
    result = run("explain", "raids", "A raid near Belgorod \x1b]0;owned\x07")
    assert "\x1b" not in result.output


@pytest.mark.parametrize(
    ("text", "reduced"),
    [
        ("a < b & c", "a < b & c"),
        ("Caf&eacute;", "Café"),
        ("&quot;x&quot;", '"     x"     '),
        ("<b>x</b>", "x"),
        ("&nosuch; x", "&nosuch; x"),
    ],
)
def test_text_without_tags_keeps_its_length(text: str, reduced: str) -> None:
    """So that offsets count in the text as given, unless letters are written as references."""
    assert readable(text) == reduced


def test_a_closed_pipe_is_no_traceback(run: Run) -> None:
    """`rules match ... | head -1` ends quietly."""
    write("in.jsonl", '{"title": "A raid near Belgorod", "lang": "en"}\n' * 20_000)
    command = [sys.executable, "-m", "monitor", "rules", "match", "--input", "in.jsonl", "--json"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=dict(os.environ))
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    said = process.stderr.read().decode()
    process.stderr.close()
    process.wait()
    assert "Traceback" not in said
