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
from app.entries.services.disclosures import close_disclosure, raise_disclosure
from app.entries.services.handover import relist_school, remove_teacher
from app.entries.services.letting_go import (
    delete_entry,
    forget_closed_disclosures,
    forget_people,
    let_go,
)
from app.entries.services.links import (
    answer_release_link,
    make_release_link,
    take_release_back,
)
from app.entries.services.people import (
    add_person,
    attest_release,
    remove_person,
    save_members,
)
from app.entries.services.questions import save_answers
from app.entries.services.screening import (
    add_note,
    clear_entry,
    decide,
    end_hold,
    hold_back,
    name_finalists,
    process_again,
    remove_note,
    submit_entry,
    withdraw_entry,
)
from app.entries.services.translations import sign_off_translation, withdraw_translation
from app.entries.services.uploads import (
    AnotherUnderWay,
    CaptionsChanged,
    CaptionsUnreadable,
    begin_team_upload,
    choose_poster,
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
    "add_note",
    "add_person",
    "answer_release_link",
    "attest_release",
    "begin_team_upload",
    "choose_poster",
    "clear_entry",
    "close_disclosure",
    "complete_team_upload",
    "create_entry",
    "decide",
    "delete_entry",
    "draw_team_code",
    "end_hold",
    "forget_abandoned_uploads",
    "forget_closed_disclosures",
    "forget_people",
    "get_incoming_of_file",
    "hold_back",
    "let_go",
    "make_release_link",
    "name_finalists",
    "new_team_code",
    "process_again",
    "raise_disclosure",
    "receive_team_file",
    "relist_school",
    "remove_cue",
    "remove_note",
    "remove_person",
    "remove_teacher",
    "save_answers",
    "save_captions",
    "save_details",
    "save_members",
    "saved_details",
    "sign_off_translation",
    "submit_entry",
    "take_release_back",
    "withdraw_entry",
    "withdraw_translation",
]
