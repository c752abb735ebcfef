"""Setting awards, announcing them, making the films of those who got one, and certificates."""

from app.awards.services.certificates import print_certificates
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
    "print_certificates",
    "take_back",
]
