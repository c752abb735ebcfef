"""What a file is by its own first bytes, before any video program may open it.

Playlists and scripts that name other files (HLS, ffconcat, DASH) never get past this point,
whatever they are called.
"""

from __future__ import annotations

from pathlib import Path

from app.texts import Text, text

MOV_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}
PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"<svg")
PICTURE_BRANDS = {b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"}
SOUNDS = (b"ID3", b"fLaC", b"\xff\xfb", b"\xff\xf3", b"\xff\xf1", b"\xff\xf9", b"#!AMR")
LISTS = (b"#EXTM3U", b"ffconcat", b"v=0", b"<?xml", b"<MPD", b"[playlist]", b"<smil")
OTHER_VIDEO = {
    b"OggS": "Ogg",
    b"0&\xb2u\x8ef\xcf\x11": "Windows Media",
    b"FLV\x01": "Flash",
    b".RMF": "RealMedia",
    b"\x00\x00\x01\xba": "MPEG-PS",
    b"\x06\x0e+4\x02\x05": "MXF",
}
HEAD_BYTES = 4096
TS_PACKET = 188
M2TS_PACKET = 192


class NotAVideo(Exception):
    """The file is no video we can take; `code` names the reason, `text` says it to a student, and
    `advice` what to do."""

    def __init__(self, code: str, text: Text, advice: Text) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code
        self.text = text
        self.advice = advice


AS_MP4 = text("Please export the video as MP4 and upload that.")
THE_VIDEO = text("Please choose the video your editor or your phone made.")


def sniff(path: Path) -> str:
    """The one demuxer that may open this file: mov, matroska, avi or mpegts.

    Raises `NotAVideo` for everything else.
    """
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if not head:
        raise NotAVideo(
            "empty", text("This file is empty."), text("Please choose the video again.")
        )
    if head[4:8] == b"ftyp" and head[8:12] in PICTURE_BRANDS:
        raise NotAVideo("picture", text("This is a picture, not a video."), THE_VIDEO)
    if head[4:8] in MOV_BOXES:
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head[:4] == b"RIFF" and head[8:12] == b"AVI ":
        return "avi"
    if _is_transport_stream(head):
        return "mpegts"
    raise _why_not(head)


def _is_transport_stream(head: bytes) -> bool:
    for start, size in ((0, TS_PACKET), (4, M2TS_PACKET)):
        marks = [head[i : i + 1] for i in range(start, min(len(head), start + 5 * size), size)]
        if len(marks) == 5 and all(mark == b"G" for mark in marks):
            return True
    return False


def _why_not(head: bytes) -> NotAVideo:
    for magic, name in OTHER_VIDEO.items():
        if head.startswith(magic):
            return NotAVideo(
                "container", text("%(format)s files can't be used.", format=name), AS_MP4
            )
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith(b"PK\x03\x04"):
        return NotAVideo(
            "not_a_video",
            text("This is a ZIP file or an editor's project, not a video file."),
            text("Unpack it, or export the film from your editor, and upload the video itself."),
        )
    if head.startswith(PICTURES) or start.startswith(b"<svg") or head[8:12] == b"WEBP":
        return NotAVideo("picture", text("This is a picture, not a video."), THE_VIDEO)
    if head.startswith(SOUNDS) or (head[:4] == b"RIFF" and head[8:12] == b"WAVE"):
        return NotAVideo("no_picture", text("This file has sound but no picture."), AS_MP4)
    if start.startswith(LISTS):
        return NotAVideo(
            "playlist",
            text("This is a list that points to other files, not a video itself."),
            THE_VIDEO,
        )
    return NotAVideo(
        "not_a_video",
        text("This is not a video file."),
        text("MP4, MOV, WebM, MKV and AVI work."),
    )
