"""What teachers, teams, families and screeners type about an entry."""

from app.entries.forms.entry import (
    CueForm,
    DetailsForm,
    HandoverForm,
    MembersForm,
    PersonForm,
    ReleaseForm,
    field_values,
    shown_value,
)
from app.entries.forms.questions import QuestionsForm, questions_form
from app.entries.forms.release import AnswerForm, TakeBackForm
from app.entries.forms.screening import (
    CloseDisclosureForm,
    DecisionForm,
    DisclosureForm,
    NoteForm,
    SecondLookForm,
)
from app.entries.forms.team import CaptionsForm, PosterForm, TeamCodeForm, VideoForm
from app.entries.forms.translation import SignOffForm

__all__ = [
    "AnswerForm",
    "CaptionsForm",
    "CloseDisclosureForm",
    "CueForm",
    "DecisionForm",
    "DetailsForm",
    "DisclosureForm",
    "HandoverForm",
    "MembersForm",
    "NoteForm",
    "PersonForm",
    "PosterForm",
    "QuestionsForm",
    "ReleaseForm",
    "SecondLookForm",
    "SignOffForm",
    "TakeBackForm",
    "TeamCodeForm",
    "VideoForm",
    "field_values",
    "questions_form",
    "shown_value",
]
