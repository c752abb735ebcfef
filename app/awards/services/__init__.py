"""Setting awards, announcing them, making the films of those who got one, and certificates."""

from app.awards.services.certificates import Printing, ask_to_print, draw_certificates
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
from app.awards.services.reach import (
    accept_showing,
    count_use,
    remove_showing,
    report_showing,
)

__all__ = [
    "Printing",
    "accept_showing",
    "announce_awards",
    "ask_for_station_kit",
    "ask_to_print",
    "brand_again",
    "brand_winner",
    "count_use",
    "draw_certificates",
    "give_peoples_choice",
    "give_placement",
    "give_special",
    "give_suggested",
    "make_station_kit",
    "remove_showing",
    "report_showing",
    "take_back",
]
