"""Writing entries: beginning, filling in, releasing, submitting, deciding."""

from app.entries.services.details import (
    add_cue,
    create_entry,
    draw_team_code,
    new_team_code,
    remove_cue,
    save_details,
)
from app.entries.services.letting_go import (
    delete_entry,
    forget_people,
    let_go,
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
    begin_team_upload,
    complete_team_upload,
    forget_abandoned_uploads,
    receive_team_file,
    save_captions,
)

__all__ = [
    "add_cue",
    "add_person",
    "attest_release",
    "begin_team_upload",
    "complete_team_upload",
    "create_entry",
    "decide",
    "delete_entry",
    "draw_team_code",
    "forget_abandoned_uploads",
    "forget_people",
    "let_go",
    "name_finalists",
    "new_team_code",
    "process_again",
    "receive_team_file",
    "remove_cue",
    "remove_person",
    "save_captions",
    "save_details",
    "submit_entry",
    "withdraw_entry",
]
