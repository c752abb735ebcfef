"""Writing awards: setting them, announcing them, and the films of those who got one."""

from app.awards.services.films import (
    ask_for_station_kit,
    brand_again,
    brand_winner,
    make_station_kit,
)
from app.awards.services.giving import (
    announce_awards,
    give_peoples_choice,
    give_placement,
    give_special,
    give_suggested,
    take_back,
)

__all__ = [
    "announce_awards",
    "ask_for_station_kit",
    "brand_again",
    "brand_winner",
    "give_peoples_choice",
    "give_placement",
    "give_special",
    "give_suggested",
    "make_station_kit",
    "take_back",
]
