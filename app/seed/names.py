"""Made-up schools, people and films."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SchoolFacts:
    name: str
    city: str
    grades: str
    teacher: str


SCHOOLS = (
    SchoolFacts("Kaimana Middle School", "Honolulu", "6-8", "Alana Kealoha"),
    SchoolFacts("Puʻuwai Elementary", "Honolulu", "K-5", "Marcus Tan"),
    SchoolFacts("Lehua High School", "Kāneʻohe", "9-12", "Grace Nakamura"),
    SchoolFacts("Makani Academy", "Kailua", "6-12", "Peter Silva"),
    SchoolFacts("Hōkūlani Charter School", "Waipahu", "K-8", "Leilani Cruz"),
    SchoolFacts("Anuenue Bay School", "Haleʻiwa", "K-8", "Daniel Okafor"),
    SchoolFacts("Kukui Ridge High", "Mililani", "9-12", "Ruth Yamada"),
    SchoolFacts("Nalu Elementary", "ʻEwa Beach", "K-5", "Sione Fonoti"),
    SchoolFacts("Pōhaku Middle School", "Kapolei", "6-8", "Emi Watanabe"),
    SchoolFacts("Ocean View Intermediate", "Honolulu", "6-8", "Carlos Reyes"),
    SchoolFacts("Mauka Learning Center", "Wahiawā", "K-12", "Hannah Lee"),
    SchoolFacts("Plumeria High School", "Pearl City", "9-12", "Isaac Moniz"),
    SchoolFacts("Koa Elementary", "Honolulu", "K-5", "Noelani Park"),
    SchoolFacts("Waialani High School", "Waiʻanae", "9-12", "Thomas Aiona"),
    SchoolFacts("Sunrise Point School", "Hauʻula", "K-8", "Mei Chen"),
    SchoolFacts("Coral Sea Academy", "ʻAiea", "6-12", "Vikram Rao"),
    SchoolFacts("Hillside Intermediate", "Honolulu", "6-8", "Sofia Martins"),
    SchoolFacts("North Star High", "Lāʻie", "9-12", "Kawika Brown"),
)

DISTRICTS = ("Honolulu Schools", "Windward Schools", "Leeward Schools")
# Name, and whether she still waits to be let in.
COLLEAGUES = (("Kimo Santos", False), ("Noa Kahale", True))
# The place of the school above that has not accepted the agreement.
WITHOUT_AGREEMENT = 3

JUDGES = (
    "Officer Lani Pereira",
    "Detective Sam Oshiro",
    "Joy Matsuda (Channel 8)",
    "Rafael Ortiz (film school)",
    "Agent Dana Whitfield",
    "Keoni Akana (youth council)",
    "Priya Desai (librarian)",
)

TITLES = {
    0: (
        "If Only",
        "Read It Out Loud",
        "One Click, One Heart",
        "The Empty Chair",
        "Screenshot",
        "Say It to My Face",
        "Bystander",
        "Three Dots",
        "Delete Is Not Undo",
        "Be the First to Stop",
        "The Group Chat",
        "Not Just a Joke",
        "Left on Read",
        "Stand With Me",
        "Words Weigh",
        "Unfollow the Hate",
        "Eight Hundred Likes",
        "Mirror, Mirror",
        "A Different Caption",
        "Turn It Around",
        "Aloha Online",
    ),
    1: (
        "My Photo, My Choice",
        "Who Is Looking?",
        "Password Party",
        "Copy That? Ask First",
        "The Oversharer",
        "Terms and Conditions",
        "Whose Song Is It?",
        "Location: On",
        "Think Before You Tag",
        "Borrowed Beats",
        "The Quiz That Knew Too Much",
        "Footprints in the Sand",
        "Cite It Right",
        "Free Wi-Fi",
        "Two-Step",
        "Paste",
        "The Permission Slip",
        "Private Means Private",
        "Found on the Internet",
        "A Stranger's Album",
    ),
    2: (
        "He Said He Was Thirteen",
        "Same School, Never Seen",
        "Level Ninety Friend",
        "Tell Somebody",
        "The Profile",
        "New Message",
        "Not My Age",
        "Behind the Avatar",
        "Secrets Are a Sign",
        "Keep It Where I Can See It",
        "Gift Cards",
        "Meet Me After Class",
        "Too Nice, Too Fast",
        "Trust Your Gut",
        "The Grown-Up in the Game",
        "Block, Save, Tell",
        "Who Is Player Two?",
        "Don't Send It",
        "Five Questions",
        "Ask Auntie",
    ),
}

TITLES_OF_LAST_YEAR = {
    0: ("Kind Is a Verb", "Reply All", "The Last Laugh"),
    1: ("Lock It Like Your Locker", "Not Yours to Post", "Cookies for Strangers"),
    2: ("Who Taught Him My Name?", "Game Over", "Two Houses Down"),
}

TEAMS = (
    "Team Honu",
    "The Night Herons",
    "Reef Crew",
    "Pixel Mangoes",
    "Third Period Films",
    "The Loud Geckos",
    "Moonbow",
    "Shaka Studio",
    "Green Flash",
    "Tradewind Four",
    "Small Wave Big Sound",
    "The Understudies",
)

SYNOPSES = (
    "A message goes round the class faster than anybody can take it back, until one student stops.",
    "Two friends see the same post and do different things. Which one would you be?",
    "What looks like a game has somebody else on the other side.",
    "Thirty seconds in a school hallway that everybody in the team has seen happen.",
    "A simple question asked three times: would you say it out loud?",
)

ALIASES = ("Kai", "Mele", "Sky", "Noa", "Lulu", "Ren", "Tala", "Max", "Ida", "Jojo", "Pua", "Theo")

COMMENTS = (
    "The turn in the middle got me. The last line is clear and kind.",
    "Strong idea; the music is a little loud over the voice.",
    "I would show this to my own class tomorrow.",
    "The advice is right. Say who to tell, and it is perfect.",
)

STRENGTHS = (
    "The turn in the middle got me.",
    "The last line is clear and kind.",
    "The silence after the message says more than words.",
    "The advice is right, and it says whom to tell.",
)
NEXT_STEPS = (
    "The music is a little loud over the voice.",
    "Say once more at the end what to do.",
    "Hold the title a second longer, so that everybody can read it.",
    "Come closer with the camera when it matters.",
)


@dataclass(frozen=True)
class PracticeFacts:
    title: str
    answers: tuple[tuple[int, str], ...]
    """Score and reason for each criterion, in the rubric's order."""


PRACTICE_CLIPS = (
    PracticeFacts(
        "Ask First",
        (
            (5, "One message, and it is right: ask before you post somebody's picture."),
            (4, "Friends talk as friends do; the ending convinces more than it surprises."),
            (4, "The chat that answers back is a fresh idea."),
            (3, "Easy to follow. The voice is softer than the music in one place."),
            (5, "Credits, captions and length are all there."),
        ),
    ),
    PracticeFacts(
        "Never Talk to Anybody",
        (
            (2, "It says to trust nobody at all: advice nobody can follow, and half wrong."),
            (2, "It frightens; it does not say what to do."),
            (3, "A familiar idea with a turn of its own."),
            (4, "Well made throughout: light, sound and cuts."),
            (3, "The music's source is missing from the credits."),
        ),
    ),
)

# What stands under the title in the films. No team and no school: judges see these pictures.
FILM_SUBTITLES = (
    "a film about being kind online",
    "thirty seconds to think about",
    "made to be shown to a friend",
    "watch it to the end",
)

CAPTIONS = """WEBVTT

00:00:01.000 --> 00:00:05.000
Somebody typed it. Everybody saw it.

00:00:05.500 --> 00:00:10.000
One of us asked: would you say it out loud?

00:00:10.500 --> 00:00:15.000
Stop. Save it. Tell somebody you trust.
"""
