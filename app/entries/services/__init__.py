"""Writing entries: beginning, filling in, releasing, submitting, deciding."""

from app.entries.services.details import (
    DETAILS,
    ChangedMeanwhile,
    add_cue,
    create_entry,
    draw_team_code,
    new_team_code,
    remove_cue,
    save_details,
    saved_details,
)
from app.entries.services.people import (
    add_person,
    attest_release,
    remove_person,
)
from app.entries.services.screening import (
    decide,
    name_finalists,
    process_again,
    submit_entry,
    withdraw_entry,
)
from app.entries.services.uploads import (
    AnotherUnderWay,
    CaptionsChanged,
    CaptionsUnreadable,
    begin_team_upload,
    complete_team_upload,
    forget_abandoned_uploads,
    get_incoming_of_file,
    receive_team_file,
    save_captions,
)

__all__ = [
    "DETAILS",
    "AnotherUnderWay",
    "CaptionsChanged",
    "CaptionsUnreadable",
    "ChangedMeanwhile",
    "add_cue",
    "add_person",
    "attest_release",
    "begin_team_upload",
    "complete_team_upload",
    "create_entry",
    "decide",
    "draw_team_code",
    "forget_abandoned_uploads",
    "get_incoming_of_file",
    "name_finalists",
    "new_team_code",
    "process_again",
    "receive_team_file",
    "remove_cue",
    "remove_person",
    "save_captions",
    "save_details",
    "saved_details",
    "submit_entry",
    "withdraw_entry",
]
