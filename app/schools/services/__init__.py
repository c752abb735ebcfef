"""Writing schools: registering, proving, approving, teachers, districts, import, agreement."""

from app.schools.services.agreements import accept_agreement, write_agreement
from app.schools.services.deadlines import extend_deadline
from app.schools.services.districts import (
    add_district,
    district_named,
    merge_districts,
    rename_district,
)
from app.schools.services.importing import import_schools, preview_import
from app.schools.services.members import (
    hand_over_lead,
    hold_school,
    invite_teacher,
    leave_silently,
    let_in,
    remove_member,
    turn_away,
)
from app.schools.services.proving import ask_again, ask_the_school, confirm_school, record_call
from app.schools.services.registering import (
    approve_school,
    join_school,
    register_school,
    register_teacher,
    relist_school,
    turn_down_school,
    update_school,
)

__all__ = [
    "accept_agreement",
    "add_district",
    "approve_school",
    "ask_again",
    "ask_the_school",
    "confirm_school",
    "district_named",
    "extend_deadline",
    "hand_over_lead",
    "hold_school",
    "import_schools",
    "invite_teacher",
    "join_school",
    "leave_silently",
    "let_in",
    "merge_districts",
    "preview_import",
    "record_call",
    "register_school",
    "register_teacher",
    "relist_school",
    "remove_member",
    "rename_district",
    "turn_away",
    "turn_down_school",
    "update_school",
    "write_agreement",
]
