"""Setting up a season, changing it, and publishing its rules."""

from app.contest.services.news import remove_news, save_news
from app.contest.services.ruleset import (
    discard_draft,
    draft_of,
    publish_rules,
    remove_rule,
    save_rule,
)
from app.contest.services.season import (
    LOGO_BYTES,
    LOGO_PIXELS,
    begin_now,
    change_dates,
    create_season,
    dates_of,
    default_dates,
    remove_part,
    save_part,
    slug_of,
    store_logo,
    update_season,
)
from app.contest.services.translating import save_translations

__all__ = [
    "LOGO_BYTES",
    "LOGO_PIXELS",
    "begin_now",
    "change_dates",
    "create_season",
    "dates_of",
    "default_dates",
    "discard_draft",
    "draft_of",
    "publish_rules",
    "remove_news",
    "remove_part",
    "remove_rule",
    "save_news",
    "save_part",
    "save_rule",
    "save_translations",
    "slug_of",
    "store_logo",
    "update_season",
]
