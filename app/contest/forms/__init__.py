"""What an organizer types about a season."""

from app.contest.forms.fields import ZonedDateTimeField, as_typed
from app.contest.forms.parts import (
    CategoryForm,
    CriterionForm,
    DivisionForm,
    NewsForm,
    PanelForm,
    PartnerForm,
    PrizeForm,
    QuestionForm,
    SignatoryForm,
)
from app.contest.forms.ruleset import PublishRulesForm, RuleForm
from app.contest.forms.season import BrandForm, DatesForm, LogoForm, NewSeasonForm, SeasonForm
from app.contest.forms.translating import (
    TranslationLine,
    changed,
    left_over,
    translations_form,
)

__all__ = [
    "BrandForm",
    "CategoryForm",
    "CriterionForm",
    "DatesForm",
    "DivisionForm",
    "LogoForm",
    "NewSeasonForm",
    "NewsForm",
    "PanelForm",
    "PartnerForm",
    "PrizeForm",
    "PublishRulesForm",
    "QuestionForm",
    "RuleForm",
    "SeasonForm",
    "SignatoryForm",
    "TranslationLine",
    "ZonedDateTimeField",
    "as_typed",
    "changed",
    "left_over",
    "translations_form",
]
