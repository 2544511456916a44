"""Where the demo's shop lives: its time zone, its language, and when it is awake."""

import locale
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import tzlocal

from crm_store.rules.frequency import QuietHours
from crm_store.rules.zones import instant_of, local_of

ELSEWHERE = "Asia/Shanghai"
"""Where the shop lives when the machine does not tell where it is."""
QUIET = QuietHours(time(22), time(8))
MORNING = time(10)


def is_zone(name: str) -> bool:
    """Tell whether a time zone of this name exists."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def local_zone() -> str:
    """Return the machine's time zone, so that the page and the bot tell the same time."""
    try:
        found = tzlocal.get_localzone_name()
    except (LookupError, ValueError, OSError):
        return ELSEWHERE
    return found if found and is_zone(found) else ELSEWHERE


def local_language() -> str:
    """Return the language of the house: Chinese where the machine speaks it, else English."""
    return "zh" if (locale.getlocale()[0] or "").lower().startswith(("zh", "chinese")) else "en"


def out_of_the_night(now: datetime, zone: str) -> datetime:
    """Return now, or the coming 10:00 of a zone when campaigns would have to keep quiet there."""
    if not QUIET.is_quiet(now, zone):
        return now
    local = local_of(now, zone)
    morning = datetime.combine(local.date(), MORNING)
    return instant_of(morning + timedelta(days=local > morning), zone)
