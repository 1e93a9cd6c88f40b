"""Alerts on their way to Slack and to a mail server, with everything that goes wrong on the way."""

from __future__ import annotations

from pathlib import Path

from tests.acceptance.daemon import RULES, Desk
from tests.channels.slack_double import Fault, SlackDouble
from tests.channels.smtp_server import MailFault, MailServer

THREADED = RULES.replace("  bridges:\n", "  bridges:\n    alert: {follow_up: thread}\n")
PASSWORD = "planted-password-8812"


def to_slack(desk: Desk, slack: SlackDouble, **fields: object) -> None:
    """Send everything to the double, with the token from the environment."""
    desk.environment["SLACK_BOT_TOKEN"] = slack.token
    desk.settings["channels"] = {
        "osint": {
            "type": "slack",
            "token": "${SLACK_BOT_TOKEN}",
            "channel": slack.channel,
            "api_url": slack.api_url,
            "settle": 1,
            "timeout": 2,
        }
        | fields
    }


async def test_slack_is_posted_edited_and_threaded(desk: Desk, slack: SlackDouble) -> None:
    """One message for a story; another outlet edits it, or answers in its thread, as the rule says."""
    desk.rules(THREADED)
    to_slack(desk, slack)
    bridge = "Collapsed bridge over the river Orla cuts off Northern Valley villages"
    flood = "Flood at the Karst dam forces hundreds of Lower Meadow families out"
    desk.feed("/one", [("a", bridge), ("b", flood)])
    desk.feed("/two", [])
    async with desk.running() as daemon:
        await daemon.until(lambda: len(slack.messages) == 2)
        desk.publish(
            "/two",
            [
                ("a", "Northern Valley villages cut off as bridge over the river Orla collapsed"),
                ("b", "Hundreds of Lower Meadow families forced out by flood at the Karst dam"),
            ],
            etag='"2"',
        )
        await daemon.until(lambda: len(slack.messages) == 3 and any(one.edits for one in slack.messages))
        assert await daemon.stop() == 0
        assert slack.refusals == []
        roots = [one for one in slack.messages if one.thread_ts is None]
        threaded = [one for one in slack.messages if one.thread_ts is not None]
        assert [one.edits for one in roots if "Karst" in one.text] == [1]
        assert [one.thread_ts for one in threaded] == [one.ts for one in roots if "Orla" in one.text]
        assert slack.token not in daemon.logged + daemon.said


async def test_whatever_slack_answers_each_alert_is_there_once(desk: Desk, slack: SlackDouble) -> None:
    """429 with Retry-After, 500, a lost answer, a lost request, internal_error after posting: one each."""
    to_slack(desk, slack)
    slack.faults.extend(
        [
            Fault.RATE_LIMITED,
            Fault.SERVER_ERROR,
            Fault.ACCEPT_THEN_DROP,
            Fault.DROP,
            Fault.INTERNAL_ERROR_POSTED,
            Fault.HTML_PAGE,
        ]
    )
    titles = [
        "Collapsed bridge over the river Orla",
        "Flood at the Karst dam",
        "Viaduct of Santa Rosa inaugurated by president",
        "Engineers praise footbridge design award: bridge of glass in Tokyo",
    ]
    desk.feed("/one", [(str(number), title) for number, title in enumerate(titles)])
    async with desk.running() as daemon:
        await daemon.until(lambda: not slack.faults and _all_sent(desk, 4))
        assert await daemon.stop() == 0
    assert len(slack.messages) == 4
    assert len({one.delivery for one in slack.messages}) == 4
    assert slack.called("conversations.history") >= 2


async def test_a_crash_while_slack_is_answering_repeats_nothing(desk: Desk, slack: SlackDouble) -> None:
    """Killed after Slack took the message and before it said so: the next start asks and finds it."""
    to_slack(desk, slack, timeout=20)
    slack.faults.append(Fault.ACCEPT_THEN_HANG)
    desk.feed("/one", [("a", "Collapsed bridge over the river Orla")])
    async with desk.running() as daemon:
        await daemon.until(lambda: slack.messages)
        await daemon.kill()
    assert desk.rows("select state from deliveries") == [("sending",)]
    async with desk.running() as daemon:
        await daemon.until(lambda: _all_sent(desk, 1))
        assert daemon.event("deliveries.in_doubt") is not None
        assert await daemon.stop() == 0
    assert len(slack.messages) == 1
    assert slack.called("chat.postMessage") == 1


async def test_a_wrong_token_is_said_kept_and_mended(desk: Desk, slack: SlackDouble) -> None:
    """The alert is held, with a sentence; once the token is right it goes by itself."""
    to_slack(desk, slack)
    desk.environment["SLACK_BOT_TOKEN"] = "xoxb-wrong-9999"
    desk.feed("/one", [("a", "Collapsed bridge over the river Orla")])
    async with desk.running() as daemon:
        await daemon.until(lambda: daemon.event("channel.unusable"))
        await daemon.until(lambda: daemon.event("deliver.failing"))
        said = daemon.event("deliver.failing")
        assert said is not None
        assert "invalid_auth" in said["why"]
        assert "xoxb-wrong" not in daemon.logged
        assert await daemon.stop() == 0
    [(state, error)] = desk.rows("select state, error from deliveries")
    assert state == "ready"
    assert "the token is wrong" in error
    desk.environment["SLACK_BOT_TOKEN"] = slack.token
    async with desk.running() as daemon:
        await daemon.until(lambda: slack.messages)
        assert await daemon.stop() == 0


async def test_mail_is_sent_with_password_and_tls(desk: Desk, certificate: Path) -> None:
    """Greylisted first, then accepted over STARTTLS with the password; the same Message-ID after a crash."""
    with MailServer(tls="starttls", certificate=certificate, password=PASSWORD) as server:
        server.faults.append(MailFault.GREYLISTED)
        desk.environment["SMTP_PASSWORD"] = PASSWORD
        desk.settings["channels"] = {"desk": _mail(server, certificate)}
        desk.feed("/one", [("a", "Collapsed bridge over the river Orla")])
        async with desk.running() as daemon:
            await daemon.until(lambda: _all_sent(desk, 1))
            assert await daemon.stop() == 0
            assert daemon.event("deliver.failing") is not None
            assert PASSWORD not in daemon.logged
        [mail] = server.mails
        assert mail.over_tls
        assert mail.user == server.user
        assert "Collapsed" in str(mail.parsed["Subject"])
        assert mail.parsed["Auto-Submitted"] == "auto-generated"


async def test_a_wrong_mail_password_is_said(desk: Desk, certificate: Path) -> None:
    """One sentence that names the channel and hides the password."""
    with MailServer(tls="starttls", certificate=certificate, password=PASSWORD) as server:
        desk.environment["SMTP_PASSWORD"] = "planted-wrong-1234"
        desk.settings["channels"] = {"desk": _mail(server, certificate)}
        desk.feed("/one", [("a", "Collapsed bridge over the river Orla")])
        async with desk.running() as daemon:
            await daemon.until(
                lambda: any(one["event"] in {"deliver.parked", "deliver.failing"} for one in daemon.events)
            )
            assert await daemon.stop() == 0
            assert "535" in daemon.logged
            assert "planted-wrong" not in daemon.logged
    assert server.mails == []


def _mail(server: MailServer, certificate: Path) -> dict[str, object]:
    return {
        "type": "email",
        "host": "127.0.0.1",
        "port": server.port,
        "username": server.user,
        "password": "${SMTP_PASSWORD}",
        "from": "news@desk.example",
        "to": ["analyst@desk.example"],
        "ca_file": str(certificate),
    }


def _all_sent(desk: Desk, number: int) -> bool:
    return desk.rows("select state from deliveries") == [("sent",)] * number


async def test_a_press_reaches_the_daemon_and_a_silence_comes_of_it(desk: Desk, slack: SlackDouble) -> None:
    """Buttons under the message, who pressed in it, the silence in the database; tokens in no log."""
    to_slack(desk, slack, app_token="${SLACK_APP_TOKEN}")
    desk.environment["SLACK_APP_TOKEN"] = slack.sockets.token
    desk.feed("/one", [("a", "Flood at the Karst dam forces hundreds of families out")])
    async with desk.running() as daemon:
        await daemon.until(lambda: slack.messages and slack.sockets.alive and _all_sent(desk, 1))
        await slack.sockets.press(slack.messages[0], "snooze-rule")
        await slack.sockets.press(slack.messages[0], "acknowledge")
        await daemon.until(lambda: "Acknowledged by ana" in str(slack.messages[0].blocks))
        assert "Rule snoozed by ana" in str(slack.messages[0].blocks)
        assert desk.rows("select matchers, author from silences") == [
            ('{"rule":"floods"}', "ana (U0ANA0001)")
        ]
        assert "1 silences in force" in await slack.sockets.command("status")
        assert await daemon.stop() == 0
        assert slack.sockets.token not in daemon.logged + daemon.said
        assert "ticket-" not in daemon.logged
