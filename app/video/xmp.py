"""Title, makers and licence as XMP, for programs that read no MP4 tags."""

from __future__ import annotations

import struct
from pathlib import Path
from uuid import UUID
from xml.sax.saxutils import escape

from app.video.branding import Brand

# XMP specification part 3, 1.1.7: what names the box.
BOX = UUID("be7acfcb-97a9-42e8-9c71-999491e3afac").bytes
LICENCE_PAGES = {
    "CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC BY-SA 4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC BY-NC 4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC BY-ND 4.0": "https://creativecommons.org/licenses/by-nd/4.0/",
    "CC BY-NC-ND 4.0": "https://creativecommons.org/licenses/by-nc-nd/4.0/",
    "CC BY-NC-SA 4.0": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "CC0 1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}


def packet(brand: Brand) -> bytes:
    """An XMP packet with title, creator, rights and where the licence is to be read."""
    page = next((url for name, url in LICENCE_PAGES.items() if name in brand.licence), "")
    licence = f"<xmpRights:WebStatement>{escape(page)}</xmpRights:WebStatement>" if page else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:xmpRights="http://ns.adobe.com/xap/1.0/rights/">'
        f"{_alt('title', brand.title)}{_seq('creator', brand.makers)}"
        f"{_alt('rights', brand.copyright)}"
        "<xmpRights:Marked>True</xmpRights:Marked>"
        f"{licence}<dc:source>{escape(brand.address)}</dc:source>"
        "</rdf:Description></rdf:RDF></x:xmpmeta>"
        '<?xpacket end="r"?>'
    ).encode()


def _alt(name: str, words: str) -> str:
    item = f'<rdf:li xml:lang="x-default">{escape(words)}</rdf:li>'
    return f"<dc:{name}><rdf:Alt>{item}</rdf:Alt></dc:{name}>"


def _seq(name: str, words: str) -> str:
    return f"<dc:{name}><rdf:Seq><rdf:li>{escape(words)}</rdf:li></rdf:Seq></dc:{name}>"


def append(path: Path, brand: Brand) -> None:
    """Add the packet as the last box of an MP4, where it moves nothing that others point to."""
    words = packet(brand)
    with path.open("ab") as file:
        file.write(struct.pack(">I4s", 24 + len(words), b"uuid") + BOX + words)
