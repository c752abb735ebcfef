"""What the demonstration's organizers tell everybody, and how they say it in other languages. The
news are in two of them, so that it shows what a page does with words nobody has translated."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.contest.models import NewsItem, Season, Translation

TAGLINE = "Thirty seconds that could save a friend"
ABOUT = (
    "Every year student teams ask what worries them online, and answer it on film. Police, "
    "teachers and television people carry the contest together."
)
NEWS_TITLE = "Filming evening at Channel 8"
NEWS = (
    "On the last Friday of the month the studio opens for teams: light, sound, and people who know "
    "how. Come with your idea; you need no equipment.\n\n"
    "Your teacher books a place with us by mail."
)
TRANSLATED: dict[str, dict[str, str]] = {
    "es": {
        TAGLINE: "Treinta segundos que pueden salvar a un amigo",
        ABOUT: (
            "Cada año, equipos de estudiantes se preguntan qué les preocupa en internet y "
            "responden con una película. Policía, docentes y gente de la televisión sostienen "
            "juntos el concurso."
        ),
        NEWS_TITLE: "Noche de rodaje en Channel 8",
        NEWS: (
            "El último viernes del mes el estudio abre sus puertas a los equipos: luz, sonido y "
            "personas que saben. Vengan con su idea; no necesitan equipo técnico.\n\n"
            "Su docente reserva un lugar por correo."
        ),
    },
    "ja": {
        TAGLINE: "友だちを救うかもしれない30秒",
        ABOUT: (
            "生徒のチームが毎年、ネットで気になることを自分たちに問いかけ、映像で答えます。"
            "警察、先生、テレビ局の人たちがいっしょにこのコンテストを支えています。"
        ),
        NEWS_TITLE: "チャンネル8の撮影イブニング",
        NEWS: (
            "毎月最後の金曜日、スタジオをチームに開放します。照明、音響、そして詳しい人がそろって"
            "います。アイデアだけ持って来てください。機材はいりません。\n\n"
            "先生がメールで席を予約してください。"
        ),
    },
    "ko": {TAGLINE: "친구를 구할 수 있는 30초"},
    "fil": {TAGLINE: "Tatlumpung segundong maaaring magligtas ng kaibigan"},
    "zh-Hans": {TAGLINE: "三十秒，也许能救一个朋友"},
    "zh-Hant": {TAGLINE: "三十秒，也許能救一個朋友"},
}


def tell_news(session: Session, season: Season, now: datetime) -> None:
    """Give the season a piece of news, and its words in other languages."""
    season.news = [
        NewsItem(
            title=NEWS_TITLE,
            words=NEWS,
            published_at=now - timedelta(days=2),
            changed_at=now - timedelta(days=2),
        ),
    ]
    for language, words in TRANSLATED.items():
        for source, translated in words.items():
            session.add(Translation(language=language, source=source, words=translated))
    session.flush()
