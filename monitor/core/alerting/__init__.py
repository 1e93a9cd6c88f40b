"""What becomes of a match: whether it alerts, when each channel may have it, and who is told if nobody stirs.

    decide        whether: too old? silenced? nowhere to go? as usual? cooling down? few outlets?
    terms_of      when: silenced until? digest? quiet hours? group_wait? over the limit an hour?
    share_out     who: each channel gets it now, or holds it until its moment
    letting_go    what held it has passed: it goes, alone or in a digest, waits on, or comes to nothing
    escalate      who else, where nobody has acknowledged it
    tally         how much was held back since a rule's last message

Everything is decided here and carried out elsewhere.
"""

from monitor.core.alerting.deciding import (
    Limits,
    Ruling,
    Subject,
    alert_id,
    decide,
    overdue,
    rule_gone,
)
from monitor.core.alerting.escalating import Escalated, escalate
from monitor.core.alerting.sharing import Share, Shared, share_out
from monitor.core.alerting.timing import Asking, Terms, terms_of

__all__ = [
    "Asking",
    "Escalated",
    "Limits",
    "Ruling",
    "Share",
    "Shared",
    "Subject",
    "Terms",
    "alert_id",
    "decide",
    "escalate",
    "overdue",
    "rule_gone",
    "share_out",
    "terms_of",
]
