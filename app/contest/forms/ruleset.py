"""What an organizer types about the rules."""

from __future__ import annotations

from collections.abc import Collection

from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.contest import rules
from app.contest.forms.fields import whole
from app.web.forms import Form, label, one_line


class RuleForm(Form):
    """One rule of the draft. Numbers the rule does not hold are taken out by `holding`."""

    part = SelectField(
        label("Where it stands"),
        choices=[(p.value, label(n.message)) for p, n in rules.RULE_PART_NAMES.items()],
    )
    words = TextAreaField(
        label("The rule, as everybody reads it"),
        [DataRequired(label("Please write the rule.")), Length(max=rules.WORDS_MOST)],
        [one_line],
        description=label("A word in {brackets} stands for a number below."),
    )
    team = TextAreaField(
        label("For the team's checklist"),
        [Length(max=rules.WORDS_MOST)],
        [one_line],
        description=label("Said by the team, before it uploads. Empty: not on the list."),
    )
    screener = TextAreaField(
        label("For the screener's checklist"), [Length(max=rules.WORDS_MOST)], [one_line]
    )
    fault = TextAreaField(
        label("What a school is told when it is broken"),
        [Length(max=rules.WORDS_MOST)],
        [one_line],
        description=label("A reason to return or disqualify. Empty: it is none."),
    )
    curable = BooleanField(
        label("A technical fault: it may be mended for a few days after the school is told.")
    )

    def holding(self, names: Collection[str]) -> RuleForm:
        """The form with a field for each number the rule holds, and no other."""
        for name in rules.NUMBER_NAMES.keys() - set(names):
            del self[name]
        return self


for _name, (_words, _least, _most) in rules.NUMBER_NAMES.items():
    setattr(RuleForm, _name, whole(_words.message, _least, _most))


class PublishRulesForm(Form):
    note = TextAreaField(
        label("Why it changes"),
        [Length(max=500)],
        [one_line],
        description=label("Stands on the rules page and in the mail to teachers."),
        render_kw={"rows": 2},
    )
