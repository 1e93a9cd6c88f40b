"""What every part of config.yaml is made of: strict models, and texts that are read when they are checked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
)

from monitor.core.calendar import clock_time, cron, weekdays, zone_named
from monitor.core.units import duration, per_hour, size

Duration = Annotated[timedelta, BeforeValidator(duration)]
PerHour = Annotated[float, BeforeValidator(per_hour)]
"""A number of requests an hour, written `600/h`, `10/m` or `2/s`."""
Size = Annotated[int, BeforeValidator(size)]
Limit = Annotated[timedelta | None, BeforeValidator(lambda said: None if said == "never" else duration(said))]
"""A duration, or `never`."""


def _written(read: Callable[[str], object]) -> AfterValidator:
    """Refuse a text that cannot be read; it is kept as it is written."""

    def checked(text: str) -> str:
        read(text)
        return text

    return AfterValidator(checked)


Clock = Annotated[str, _written(clock_time)]
Weekdays = Annotated[str, _written(weekdays)]
Zone = Annotated[str, _written(zone_named)]
CronLine = Annotated[str, _written(cron)]
SeverityName = Literal["low", "medium", "high", "critical"]


class Strict(BaseModel):
    """A frozen model that refuses unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=False)
