"""Forms of hours, time off and closures. Times are wall-clock times of the therapist."""

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from apps.core.forms import DateInput, TimeInput
from apps.scheduling import recurrence
from apps.scheduling.hours import Minutes, SpansOverlap, minute_of, require_apart, time_of
from apps.scheduling.models import Closure, TimeOff, Weekday, WorkingHours
from apps.therapists.models import Therapist

ORDER = _("The end must come after the beginning.")
MOST_SPANS = 60


class SpanForm(forms.Form):
    """One span of one weekday."""

    weekday = forms.TypedChoiceField(label=_("Day"), choices=Weekday.choices, coerce=int)
    starts = forms.TimeField(label=_("From"), widget=TimeInput, required=False)
    ends = forms.TimeField(label=_("Until"), widget=TimeInput, required=False)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        starts, ends = facts.get("starts"), facts.get("ends")
        if self.errors or (starts is None and ends is None):
            return facts
        if starts is None or ends is None:
            self.add_error("ends" if ends is None else "starts", _("Enter both times, or leave both empty."))
        elif minute_of(ends, ends=True) <= minute_of(starts):
            self.add_error("ends", ORDER)
        else:
            facts["minutes"] = (minute_of(starts), minute_of(ends, ends=True))
        return facts


class BaseWeekFormSet(forms.BaseFormSet):
    """A therapist's week. `week()` answers seven lists of spans, Monday first."""

    def clean(self) -> None:
        if any(self.errors):
            return
        for day, spans in enumerate(self.week()):
            try:
                require_apart(spans)
            except SpansOverlap as error:
                raise ValidationError(
                    _("%(day)s: two spans overlap.") % {"day": Weekday(day).label}, code="overlap"
                ) from error

    def week(self) -> list[list[Minutes]]:
        days: list[list[Minutes]] = [[] for _day in Weekday]
        for form in self.forms:
            facts = form.cleaned_data
            if not facts.get("DELETE") and "minutes" in facts:
                days[facts["weekday"]].append(facts["minutes"])
        return days


WeekFormSet = forms.formset_factory(
    SpanForm, formset=BaseWeekFormSet, extra=7, can_delete=True, max_num=MOST_SPANS, absolute_max=MOST_SPANS
)


def week_formset(therapist: Therapist, data: Any = None) -> BaseWeekFormSet:
    """The therapist's week as a formset, with a spare row for every day."""
    rows = WorkingHours.objects.filter(therapist=therapist).order_by("weekday", "starts_minute")
    saved = [
        {"weekday": row.weekday, "starts": time_of(row.starts_minute), "ends": time_of(row.ends_minute)} for row in rows
    ]
    spare = [{"weekday": day.value} for day in Weekday]
    formset = WeekFormSet(data, initial=saved + spare, prefix="span")
    formset.extra = 0
    return formset


class ExceptionForm(forms.Form):
    """Other hours on one date; no times at all means a day off."""

    on = forms.DateField(label=_("Date"), widget=DateInput)
    first_starts = forms.TimeField(label=_("From"), widget=TimeInput, required=False)
    first_ends = forms.TimeField(label=_("Until"), widget=TimeInput, required=False)
    second_starts = forms.TimeField(label=_("And from"), widget=TimeInput, required=False)
    second_ends = forms.TimeField(label=_("Until"), widget=TimeInput, required=False)
    note = forms.CharField(label=_("Note"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        facts["spans"] = [span for name in ("first", "second") if (span := self._span(facts, name))]
        return facts

    def _span(self, facts: dict[str, Any], name: str) -> Minutes | None:
        starts, ends = facts.get(f"{name}_starts"), facts.get(f"{name}_ends")
        if starts is None and ends is None:
            return None
        if starts is None or ends is None:
            self.add_error(f"{name}_ends", _("Enter both times, or leave both empty."))
            return None
        span = (minute_of(starts), minute_of(ends, ends=True))
        if span[1] <= span[0]:
            self.add_error(f"{name}_ends", ORDER)
        return span


class StatusForm(forms.ModelForm):
    class Meta:
        model = Therapist
        fields = ["availability", "daily_cap"]


REPEATS = [
    ("", _("Once")),
    ("FREQ=WEEKLY", _("Every week")),
    ("FREQ=WEEKLY;INTERVAL=2", _("Every two weeks")),
    ("FREQ=MONTHLY", _("Every month on this date")),
    ("FREQ=YEARLY", _("Every year")),
    ("custom", _("By a rule of my own")),
]
REFUSALS = {
    "syntax": _("This is not a rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=MO."),
    "dtstart": _("Write only the rule: the beginning is the date above."),
    "frequency": _("Time off repeats daily, weekly, monthly or yearly."),
}


class TimeOffForm(forms.ModelForm):
    """Time off, whole days or timed, once or repeated."""

    repeats = forms.ChoiceField(label=_("Repeats"), choices=REPEATS, required=False)
    repeats_until = forms.DateField(label=_("Repeats until"), widget=DateInput, required=False)

    class Meta:
        model = TimeOff
        fields = [
            "kind",
            "starts_on",
            "ends_on",
            "starts_time",
            "ends_time",
            "repeats",
            "repeats_until",
            "rule",
            "note",
        ]
        widgets = {"starts_on": DateInput, "ends_on": DateInput, "starts_time": TimeInput, "ends_time": TimeInput}
        help_texts = {"starts_time": _("Leave the times empty for whole days.")}
        labels = {"rule": _("Rule of my own")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].required = False
        self.fields["ends_on"].help_text = _("The same day, unless set.")
        if self.instance.rule:
            base, until = _split(self.instance.rule)
            known = base in dict(REPEATS)
            self.initial |= {"repeats": base if known else "custom", "repeats_until": until}

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        facts["ends_on"] = facts.get("ends_on") or facts.get("starts_on")
        self._check_order(facts)
        facts["rule"] = self._rule(facts)
        return facts

    def _check_order(self, facts: dict[str, Any]) -> None:
        starts_on, ends_on = facts.get("starts_on"), facts.get("ends_on")
        starts, ends = facts.get("starts_time"), facts.get("ends_time")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", ORDER)
        if (starts is None) != (ends is None):
            self.add_error("ends_time" if ends is None else "starts_time", _("Enter both times, or leave both empty."))
        elif starts and ends and starts_on == ends_on and ends <= starts:
            self.add_error("ends_time", ORDER)

    def _rule(self, facts: dict[str, Any]) -> str:
        repeats = facts.get("repeats") or ""
        rule = (facts.get("rule") or "").strip() if repeats == "custom" else repeats
        until: dt.date | None = facts.get("repeats_until")
        if rule and until and "UNTIL" not in rule.upper():
            rule = f"{rule};UNTIL={until:%Y%m%d}"
        if repeats == "custom" and not rule:
            self.add_error("rule", _("Write the rule, or choose another way to repeat."))
        if rule and facts.get("starts_on"):
            self._check_rule(rule, facts["starts_on"])
        return rule

    def _check_rule(self, rule: str, starts_on: dt.date) -> None:
        try:
            recurrence.parse(rule, starts_on)
        except recurrence.RuleRefused as refusal:
            self.add_error("rule", REFUSALS[refusal.code])


def _split(rule: str) -> tuple[str, dt.date | None]:
    """The rule without its end, and its end."""
    base, _sep, until = rule.partition(";UNTIL=")
    if ";" in until or not until:
        return rule, None
    return base, dt.datetime.strptime(until[:8], "%Y%m%d").replace(tzinfo=dt.UTC).date()


class ClosureForm(forms.ModelForm):
    class Meta:
        model = Closure
        fields = ["name", "starts_on", "ends_on"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput}

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if facts.get("starts_on") and facts.get("ends_on") and facts["ends_on"] < facts["starts_on"]:
            self.add_error("ends_on", ORDER)
        return facts
