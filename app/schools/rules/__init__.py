"""When a school may take part, whose it is, what it agreed to, and what an import does."""

from datetime import timedelta

from app.schools.rules.agreements import (
    AGREEMENT_MOST,
    USUAL_AGREEMENT,
    compare,
    paragraphs,
    tidy,
    why_not_agreed,
)
from app.schools.rules.domains import (
    DOMAINS_MOST,
    Basis,
    CheckKind,
    HostKind,
    Proof,
    is_free_mail,
    mail_host,
    mail_proofs,
    read_domain,
    shares_domain,
    whole_address,
    why_not_approvable,
    why_not_listed,
    why_own,
)
from app.schools.rules.importing import (
    ERRORS_SHOWN,
    FIELDS,
    FILE_BYTES,
    ROWS_MOST,
    FieldChange,
    Plan,
    RowError,
    RowPlan,
    Sheet,
    SheetRefused,
    facts_of,
    key_of,
    plan_import,
    read_sheet,
)
from app.schools.rules.standing import (
    Step,
    is_waiting,
    next_steps,
    state_of,
    why_not_extended,
    why_not_lead,
    why_not_leaving,
    why_not_taking_part,
)

CONFIRM_SECONDS = 14 * 24 * 3600
"""How long an office has to press the button."""

INVITATIONS_MOST = 30
INVITATIONS_PER = timedelta(days=1)
"""How many colleagues a school may invite in a day: each is a mail to an address somebody typed."""

__all__ = [
    "AGREEMENT_MOST",
    "CONFIRM_SECONDS",
    "DOMAINS_MOST",
    "ERRORS_SHOWN",
    "FIELDS",
    "FILE_BYTES",
    "INVITATIONS_MOST",
    "INVITATIONS_PER",
    "ROWS_MOST",
    "USUAL_AGREEMENT",
    "Basis",
    "CheckKind",
    "FieldChange",
    "HostKind",
    "Plan",
    "Proof",
    "RowError",
    "RowPlan",
    "Sheet",
    "SheetRefused",
    "Step",
    "compare",
    "facts_of",
    "is_free_mail",
    "is_waiting",
    "key_of",
    "mail_host",
    "mail_proofs",
    "next_steps",
    "paragraphs",
    "plan_import",
    "read_domain",
    "read_sheet",
    "shares_domain",
    "state_of",
    "tidy",
    "whole_address",
    "why_not_agreed",
    "why_not_approvable",
    "why_not_extended",
    "why_not_lead",
    "why_not_leaving",
    "why_not_listed",
    "why_not_taking_part",
    "why_own",
]
