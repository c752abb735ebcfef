"""Where files are kept: one interface, a folder or an S3 bucket behind it.

Uploads follow S3's multipart steps on both: begin, parts (each with its checksum), list what is
there, complete or abort.
"""

from app.core.storage.folder import NOWHERE, FolderStorage
from app.core.storage.protocol import (
    Gone,
    Part,
    PartAddress,
    PartRefused,
    Readable,
    Storage,
    StorageFull,
    Unreachable,
    borrow,
    pieces_of,
)
from app.core.storage.s3 import S3Storage

__all__ = [
    "NOWHERE",
    "FolderStorage",
    "Gone",
    "Part",
    "PartAddress",
    "PartRefused",
    "Readable",
    "S3Storage",
    "Storage",
    "StorageFull",
    "Unreachable",
    "borrow",
    "pieces_of",
]
