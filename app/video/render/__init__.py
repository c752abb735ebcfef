"""What the contest makes of a source: preview and posters, the web ladder, the branded winner, and
the kits for stations and schools.

Everything is made aside, verified, and only then renamed into the folder asked for: a file that
stands there is whole and clean.
"""

from app.video.render.first import finished, make_preview, remuxed
from app.video.render.made import VTT, Made, aside, made_words, published
from app.video.render.pictures import make_pictures
from app.video.render.school import make_school
from app.video.render.station import STATION_FILES, make_station, slot_for
from app.video.render.station import advice as station_advice
from app.video.render.web import make_ladder
from app.video.render.winner import make_branded

__all__ = [
    "STATION_FILES",
    "VTT",
    "Made",
    "aside",
    "finished",
    "made_words",
    "make_branded",
    "make_ladder",
    "make_pictures",
    "make_preview",
    "make_school",
    "make_station",
    "published",
    "remuxed",
    "slot_for",
    "station_advice",
]
