"""Forms of hours, time off and closures. Times are wall-clock times of the therapist."""

import datetime as dt
from collections.abc import Iterable, Iterator
from operator import itemgetter
from typing import Any, TypeVar, cast

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from apps.accounts.staleness import AsRead
from apps.core.forms import ChoiceCards, DateInput, LineField, SensibleDates, TimeInput
from apps.scheduling import recurrence
from apps.scheduling.hours import Minutes, minute_of, span_in_words, time_of
from apps.scheduling.models import Closure, TimeOff, Weekday, WorkingHours
from apps.therapists.models import Therapist

ORDER = _("The end must come after the beginning.")
BOTH = _("Enter both times, or leave both empty.")
MOST_ROWS = 200
Row = TypeVar("Row")


def time_input(name: str) -> TimeInput:
    """A time picker of the week's editor; static/js/hours.js knows it by its attribute."""
    return TimeInput(attrs={"class": "input", "step": 300, f"data-span-{name}": True})


class SpanForm(forms.Form):
    """One span of one weekday. A row without times is nobody's: the spare one of each day."""

    weekday = forms.TypedChoiceField(label=_("Day"), choices=Weekday.choices, coerce=int)
    starts = forms.TimeField(label=_("From"), widget=time_input("start"), required=False)
    ends = forms.TimeField(label=_("Until"), widget=time_input("end"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """A summary of errors names the day as well."""
        super().__init__(*args, **kwargs)
        if day := {str(value): label for value, label in Weekday.choices}.get(str(self["weekday"].value())):
            for name in ("starts", "ends"):
                self.fields[name].label = f"{day}, {self.fields[name].label}"

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        starts, ends = facts.get("starts"), facts.get("ends")
        if self.errors or (starts is None and ends is None):
            return facts
        if starts is None or ends is None:
            self.add_error("ends" if ends is None else "starts", BOTH)
        elif minute_of(ends, ends=True) <= minute_of(starts):
            self.add_error("ends", ORDER)
        else:
            facts["minutes"] = (minute_of(starts), minute_of(ends, ends=True))
        return facts


def overlapping(rows: Iterable[tuple[Minutes, Row]]) -> Iterator[tuple[Row, str]]:
    """The later of each two rows that overlap, with a sentence that names what it meets."""
    widest: Minutes = (0, 0)
    for span, row in sorted(rows, key=itemgetter(0)):
        if span[0] < widest[1]:
            yield row, _("Overlaps with %(span)s.") % {"span": span_in_words(widest)}
        widest = max(widest, span, key=itemgetter(1))


class BaseWeekFormSet(forms.BaseFormSet):
    """A therapist's week. `week()` answers seven lists of spans, Monday first, of the rows that are valid."""

    def clean(self) -> None:
        """Say beside the later of two rows that they overlap."""
        for rows in self._days():
            for form, refusal in overlapping(rows):
                form.add_error("starts", refusal)

    def week(self) -> list[list[Minutes]]:
        return [[span for span, _form in rows] for rows in self._days()]

    def _days(self) -> list[list[tuple[Minutes, SpanForm]]]:
        days: list[list[tuple[Minutes, SpanForm]]] = [[] for _day in Weekday]
        for form in self.forms:
            facts = getattr(form, "cleaned_data", {}) if form.is_bound else form.initial
            if not facts.get("DELETE") and "minutes" in facts:
                days[int(facts["weekday"])].append((facts["minutes"], form))
        return days


WeekFormSet = forms.formset_factory(
    SpanForm, formset=BaseWeekFormSet, extra=0, can_delete=True, max_num=MOST_ROWS, absolute_max=MOST_ROWS
)


def week_formset(therapist: Therapist, data: Any = None) -> BaseWeekFormSet:
    """The therapist's week as a formset, with a spare row for every day.

    What is posted stands for itself: held against rows saved meanwhile, one alike would count as untouched and be lost.
    """
    initial = _rows(therapist) if data is None else None
    return cast(BaseWeekFormSet, WeekFormSet(data, initial=initial, prefix="span"))


def _rows(therapist: Therapist) -> list[dict[str, Any]]:
    rows = WorkingHours.objects.filter(therapist=therapist).order_by("weekday", "starts_minute")
    saved = [
        {
            "weekday": row.weekday,
            "starts": time_of(row.starts_minute),
            "ends": time_of(row.ends_minute),
            "minutes": (row.starts_minute, row.ends_minute),
        }
        for row in rows
    ]
    return saved + [{"weekday": day.value} for day in Weekday]


class ExceptionForm(SensibleDates, forms.Form):
    """Other hours on one date, in several spans; no times at all means a day off."""

    SPANS = ("first", "second", "third", "fourth", "fifth", "sixth")

    on = forms.DateField(label=_("Date"), widget=DateInput)
    note = LineField(label=_("Note"), max_length=120, required=False)
    as_read = AsRead(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.SPANS:
            begins = _("From") if name == self.SPANS[0] else _("And from")
            self.fields[f"{name}_starts"] = forms.TimeField(label=begins, widget=TimeInput, required=False)
            self.fields[f"{name}_ends"] = forms.TimeField(label=_("Until"), widget=TimeInput, required=False)

    @property
    def span_fields(self) -> list[forms.BoundField]:
        """The times that the page shows: two spans, or all that are filled in and a spare one."""
        pairs = [(self[f"{name}_starts"], self[f"{name}_ends"]) for name in self.SPANS]
        filled = [number for number, pair in enumerate(pairs, 1) if any(field.value() for field in pair)]
        return [field for pair in pairs[: max([1, *filled]) + 1] for field in pair]

    def clean_on(self) -> dt.date:
        on: dt.date = self.cleaned_data["on"]
        if on < timezone.localdate():
            raise ValidationError(_("This date has passed."), code="past")
        return on

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        rows = [(span, name) for name in self.SPANS if (span := self._span(facts, name))]
        if not self.errors:
            for name, refusal in overlapping(rows):
                self.add_error(f"{name}_starts", refusal)
        facts["spans"] = [span for span, _name in rows]
        return facts

    def _span(self, facts: dict[str, Any], name: str) -> Minutes | None:
        starts, ends = facts.get(f"{name}_starts"), facts.get(f"{name}_ends")
        if starts is None and ends is None:
            return None
        if starts is None or ends is None:
            self.add_error(f"{name}_ends" if ends is None else f"{name}_starts", BOTH)
            return None
        span = (minute_of(starts), minute_of(ends, ends=True))
        if span[1] <= span[0]:
            self.add_error(f"{name}_ends", ORDER)
        return span


class StatusForm(forms.ModelForm):
    """Whether a therapist can be booked at all, and how much in a day."""

    class Meta:
        model = Therapist
        fields = ["availability", "daily_cap"]
        widgets = {"availability": ChoiceCards}
        help_texts = {
            "availability": _("On leave: nothing can be booked, whatever the hours say. Limited is shown to patients."),
            "daily_cap": _("Empty: no limit but the hours."),
        }


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


class TimeOffForm(SensibleDates, forms.ModelForm):
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
            base, until = split_rule(self.instance.rule)
            named = base if base in dict(REPEATS) else self._without_its_own_weekday(base)
            known = named in dict(REPEATS)
            own = {"repeats": named, "rule": ""} if known else {"repeats": "custom", "rule": base}
            self.initial = {**self.initial, **own, "repeats_until": until}

    def _without_its_own_weekday(self, rule: str) -> str:
        """Every week on the day on which it begins is every week."""
        weekday = recurrence.WEEKDAYS[self.instance.starts_on.weekday()]
        return rule.removesuffix(f";BYDAY={weekday}") if rule.startswith("FREQ=WEEKLY") else rule

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if "ends_on" not in self.errors:
            facts["ends_on"] = facts.get("ends_on") or facts.get("starts_on")
        self._check_order(facts)
        facts["rule"] = self._rule(facts)
        return facts

    def _check_order(self, facts: dict[str, Any]) -> None:
        starts_on, ends_on = facts.get("starts_on"), facts.get("ends_on")
        starts, ends = facts.get("starts_time"), facts.get("ends_time")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", ORDER)
        if {"starts_time", "ends_time"} & set(self.errors):
            return
        if (starts is None) != (ends is None):
            self.add_error("ends_time" if ends is None else "starts_time", BOTH)
        elif starts and ends and starts_on == ends_on and ends <= starts:
            self.add_error("ends_time", ORDER)

    def _rule(self, facts: dict[str, Any]) -> str:
        repeats = facts.get("repeats") or ""
        rule = (facts.get("rule") or "").strip().strip(";") if repeats == "custom" else repeats
        if repeats == "custom" and not rule:
            if "rule" not in self.errors:
                self.add_error("rule", _("Write the rule, or choose another way to repeat."))
            return ""
        until, starts_on = facts.get("repeats_until"), facts.get("starts_on")
        if rule and until:
            self._check_until(rule, until, starts_on)
            rule = f"{rule};UNTIL={until:%Y%m%d}"
        if rule and starts_on and not {"rule", "repeats", "repeats_until"} & set(self.errors):
            self._check_rule(rule, starts_on)
        return rule

    def _check_until(self, rule: str, until: dt.date, starts_on: dt.date | None) -> None:
        if starts_on and until < starts_on:
            self.add_error("repeats_until", ORDER)
        if "UNTIL=" in rule.upper() or "COUNT=" in rule.upper():
            self.add_error("repeats_until", _("The rule says itself how long it holds: leave this empty."))

    def _check_rule(self, rule: str, starts_on: dt.date) -> None:
        try:
            recurrence.parse(rule, starts_on)
        except recurrence.RuleRefused as refusal:
            is_own = self.cleaned_data.get("repeats") == "custom"
            self.add_error("rule" if is_own else "repeats", REFUSALS[refusal.code])


def split_rule(rule: str) -> tuple[str, dt.date | None]:
    """The rule without the day on which it ends, and that day."""
    base, _sep, until = rule.upper().partition(";UNTIL=")
    if len(until) != len("20261231"):
        return rule, None
    return base, dt.datetime.strptime(until, "%Y%m%d").date()


class ClosureForm(SensibleDates, forms.ModelForm):
    class Meta:
        model = Closure
        fields = ["name", "starts_on", "ends_on"]
        widgets = {"starts_on": DateInput, "ends_on": DateInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].required = False
        self.fields["ends_on"].help_text = _("The same day, unless set.")

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or {}
        if "ends_on" not in self.errors:
            facts["ends_on"] = facts.get("ends_on") or facts.get("starts_on")
        if facts.get("starts_on") and facts.get("ends_on") and facts["ends_on"] < facts["starts_on"]:
            self.add_error("ends_on", ORDER)
        return facts


WHEN = [("", _("Coming")), ("past", _("Past")), ("all", _("All"))]


class TimeOffFilter(forms.Form):
    when = forms.ChoiceField(label=_("When"), choices=WHEN, required=False)
    kind = forms.ChoiceField(label=_("Kind"), choices=[("", _("Every kind")), *TimeOff.Kind.choices], required=False)


class ClosureFilter(forms.Form):
    when = forms.ChoiceField(label=_("When"), choices=WHEN, required=False)


class HoursFilter(forms.Form):
    availability = forms.ChoiceField(
        label=_("Status"), choices=[("", _("Every status")), *Therapist.Availability.choices], required=False
    )
