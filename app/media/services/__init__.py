"""Taking a video in, preparing it, and letting it go."""

from app.media.services.processing import (
    OriginalChanged,
    checked_original,
    delete_files,
    discard_asset,
    process_asset,
    record_renditions,
    remove_asset,
    try_again,
)
from app.media.services.room import FULL_STORAGE, FULL_TOLD_EVERY, report_full_storage
from app.media.services.trials import (
    Trial,
    begin_trial,
    end_trial,
    sample_address,
    trial_addresses,
)
from app.media.services.uploads import (
    begin_upload,
    can_go_on,
    complete_upload,
    part_addresses,
    parts_missing,
    percent_arrived,
    receive_file,
    shrink_parts,
)

__all__ = [
    "FULL_STORAGE",
    "FULL_TOLD_EVERY",
    "OriginalChanged",
    "Trial",
    "begin_trial",
    "begin_upload",
    "can_go_on",
    "checked_original",
    "complete_upload",
    "delete_files",
    "discard_asset",
    "end_trial",
    "part_addresses",
    "parts_missing",
    "percent_arrived",
    "process_asset",
    "receive_file",
    "record_renditions",
    "remove_asset",
    "report_full_storage",
    "sample_address",
    "shrink_parts",
    "trial_addresses",
    "try_again",
]
