"""config.yaml: what a good one becomes, and what is said of bad ones."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config.settings import Loaded, load_settings
from monitor.core.errors import ConfigurationError, Weight
from monitor.core.settings import EmailChannel, SlackChannel

DATA = Path(__file__).parent / "testdata"
BROKEN = sorted(path.stem for path in DATA.glob("*.yaml"))
PLANTED = "hunter2222"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working directory with an empty rules folder."""
    (tmp_path / "rules").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def loaded(text: str, environment: Mapping[str, str] | None = None) -> Loaded:
    """Write config.yaml into the working directory and load it."""
    Path("config.yaml").write_text(text)
    return load_settings(Path("config.yaml"), environment=environment or {})


def said(loaded: Loaded) -> str:
    """Join what was said, one mistake a line."""
    return "\n".join(map(str, loaded.mistakes))


@pytest.mark.parametrize("name", BROKEN)
@pytest.mark.usefixtures("here")
def test_every_mistake_of_a_broken_file_is_said_at_once_in_these_words(name: str) -> None:
    """The sentences are part of the product; UPDATE_GOLDEN=1 writes them anew for review."""
    for file in DATA.iterdir():
        shutil.copy(file, Path.cwd())
    result = load_settings(Path(f"{name}.yaml"), environment={"PRESENT": PLANTED})
    text = said(result) + "\n"
    golden = DATA / f"{name}.expected"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(text)
    assert text == golden.read_text()
    assert result.settings is None
    assert not result.feeds
    assert PLANTED not in text + repr(result)
    with pytest.raises(ConfigurationError, match=r"\.(yaml|opml):\d*"):
        result.accepted()


def test_there_are_at_least_twenty_broken_files() -> None:
    """One for each way to go wrong that is known."""
    assert len(BROKEN) >= 20


@pytest.mark.usefixtures("here")
def test_the_smallest_file_gives_a_feed_with_everything_filled_in() -> None:
    """An address alone: name and outlet come from its host, the interval from the defaults."""
    result = loaded("feeds: [https://feeds.bbci.co.uk/news/rss.xml]\nchannels: {console: {type: console}}\n")
    assert said(result) == ""
    (feed,) = result.feeds
    assert (feed.name, feed.outlet, feed.interval) == ("feeds.bbci.co.uk", "bbci.co.uk", timedelta(minutes=5))
    assert result.rules == (Path.cwd() / "rules",)


def test_paths_start_from_the_folder_of_the_file(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the working directory is: database, rules and OPML are found."""
    (here / "etc" / "rules").mkdir(parents=True)
    (here / "etc" / "list.opml").write_text(
        '<opml><body><outline xmlUrl="https://o.example/"/></body></opml>'
    )
    file = here / "etc" / "config.yaml"
    file.write_text("opml: [list.opml]\nchannels: {c: {type: console}}\n")
    monkeypatch.chdir("/")
    result = load_settings(file, environment={})
    expected = f"sqlite:///{here}/etc/data/news-monitor.db"
    assert result.accepted().database.get_secret_value() == expected
    assert [feed.url for feed in result.feeds] == ["https://o.example/"]
    assert result.rules == (here / "etc" / "rules",)


@pytest.mark.usefixtures("here")
def test_secrets_come_from_environment_files_and_credentials(here: Path) -> None:
    """Each of the three ways, defaults, and the escape."""
    (here / "token").write_text("from-file\n")
    (here / "token").chmod(0o600)
    (here / "creds").mkdir()
    (here / "creds" / "smtp").write_text("from-systemd")
    result = loaded(
        """
feeds:
  - {url: https://a.example/rss, name: "costs $${5}", headers: {X-Key: "${KEY}", Accept: "*/*"}}
channels:
  s: {type: slack, token: "file:token", channel: C1}
  m:
    {type: email, host: "${HOST:-mail.example}", username: u, password: "credential:smtp", from: a@b.example,
     to: [c@d.example], port: "${PORT}"}
""",
        {"KEY": "from-environment", "PORT": "2525", "CREDENTIALS_DIRECTORY": str(here / "creds")},
    )
    assert said(result) == ""
    slack, mail = result.accepted().channels["s"], result.accepted().channels["m"]
    assert isinstance(slack, SlackChannel)
    assert slack.token
    assert slack.token.get_secret_value() == "from-file"
    assert isinstance(mail, EmailChannel)
    assert mail.password
    assert (mail.password.get_secret_value(), mail.host, mail.port) == ("from-systemd", "mail.example", 2525)
    assert result.feeds[0].headers == {"X-Key": "from-environment", "Accept": "*/*"}
    assert result.feeds[0].name == "costs ${5}"
    assert {"from-file", "from-systemd", "from-environment"} <= result.secrets
    assert "from-" not in repr(result)


def test_a_secret_file_that_others_can_read_is_warned_of(here: Path) -> None:
    """It still works; the remedy is in the sentence."""
    (here / "token").write_text("from-file")
    (here / "token").chmod(0o644)
    result = loaded(
        "feeds: [https://a.example/]\nchannels: {s: {type: slack, token: 'file:token', channel: C1}}\n"
    )
    (warning,) = result.mistakes
    assert warning.weight is Weight.WARNING
    assert f"chmod 600 {here}/token" in warning.message
    assert result.settings


@pytest.mark.usefixtures("here")
def test_an_address_with_secrets_is_known_by_what_the_file_says() -> None:
    """The identity of a feed is stored and shown everywhere: it holds the reference, never the value."""
    text = """
feeds:
  - https://a.example/rss?token=${TOKEN}
  - https://desk:${TOKEN}@b.example/rss
channels: {c: {type: console}}
"""
    first, second = loaded(text, {"TOKEN": "s3cr3t/1"}).feeds
    assert first.url == "https://a.example/rss?token=${TOKEN}"
    assert first.fetch_url == "https://a.example/rss?token=s3cr3t/1"
    assert (second.url, second.auth) == ("https://b.example/rss", ("desk", "s3cr3t/1"))
    assert "s3cr3t" not in repr([first, second])


@pytest.mark.usefixtures("here")
def test_the_list_wins_over_opml_and_keeps_disabled_feeds_off() -> None:
    """An exported list can be corrected feed by feed without being edited."""
    Path("list.opml").write_text(
        """<opml><body><outline text="News">
        <outline text="From OPML" xmlUrl="http://a.example/rss/"/>
        <outline text="Unwanted" xmlUrl="https://b.example/rss"/>
        <outline text="Third" xmlUrl="https://c.example/rss" language="uk"/></outline></body></opml>"""
    )
    result = loaded(
        """
opml: [list.opml]
feeds:
  - {url: https://a.example/rss, name: From the list}
  - {url: https://b.example/rss, enabled: false, auth: {user: u, password: "${NOWHERE}"}}
channels: {c: {type: console}}
"""
    )
    assert said(result) == ""
    assert [(feed.name, feed.tags, feed.lang) for feed in result.feeds] == [
        ("From the list", (), None),
        ("Third", ("news",), "uk"),
    ]


@pytest.mark.usefixtures("here")
def test_a_database_password_is_hidden_but_its_host_is_not() -> None:
    """Logs must say which database is meant."""
    url = "postgresql://monitor:${PW}@db.example/news"
    result = loaded(
        f"database: {url}\nfeeds: [https://a.example/]\nchannels: {{c: {{type: console}}}}\n",
        {"PW": "pa55word"},
    )
    assert result.accepted().database.get_secret_value() == "postgresql://monitor:pa55word@db.example/news"
    assert result.secrets == {"pa55word"}


@pytest.mark.usefixtures("here")
def test_a_login_is_hidden_as_the_header_spells_it_too() -> None:
    """Basic authentication is base64: a header in an error message must not give the password away."""
    feed = "{url: https://a.example/, auth: {user: desk, password: '${PW}'}}"
    text = f"feeds: [{feed}]\nchannels: {{c: {{type: console}}}}\n"
    assert loaded(text, {"PW": "pa55word"}).secrets == {"pa55word", "ZGVzazpwYTU1d29yZA=="}


@pytest.mark.usefixtures("here")
def test_an_idle_configuration_is_warned_of() -> None:
    """Nothing to read and nowhere to send is allowed, and said."""
    result = loaded("samples: false\n")
    assert result.settings
    assert [mistake.weight for mistake in result.mistakes] == [Weight.WARNING] * 2


@pytest.mark.usefixtures("here")
def test_a_missing_file_is_one_sentence() -> None:
    """With the option that names another."""
    result = load_settings(Path("nowhere.yaml"), environment={})
    assert said(result) == "nowhere.yaml: there is no such file; name your configuration with --config PATH"


@pytest.mark.parametrize(
    "section",
    ["polling: {interval: 0s}", "retention: {entries: 0s}", "polling: {interval: 0s, min_interval: 0s}"],
)
def test_a_length_of_nought_is_one_mistake(tmp_path: Path, section: str) -> None:
    """At its place, with the least that it may be."""
    (tmp_path / "rules").mkdir()
    (tmp_path / "config.yaml").write_text(f"feeds: []\n{section}\n")
    errors = [one for one in load_settings(tmp_path / "config.yaml").mistakes if one.weight is Weight.ERROR]
    assert len(errors) == 1
