"""What the house's widgets make of what browsers send."""

from django import forms
from django.forms.renderers import DjangoTemplates
from pytest_django.asserts import assertHTMLEqual

from apps.core.forms import TextArea


class Letter(forms.Form):
    text = forms.CharField(widget=TextArea, max_length=9, required=False)


def test_line_breaks_of_browsers_are_kept_as_they_were():
    """Untouched text is no change: it would stand in the audit trail. Nor does a break count as two characters."""
    form = Letter({"text": "Dear\r\nAnn,"}, initial={"text": "Dear\nAnn,"})
    assert form.is_valid()
    assert form.cleaned_data == {"text": "Dear\nAnn,"}
    assert not form.has_changed()


def test_text_that_was_not_sent_stays_empty():
    assert Letter({}).is_valid()


class Choosing(forms.Form):
    kind = forms.ChoiceField(
        choices=[("", "<Any>"), ("a&b", "A & B"), ("Others", [(1, "One"), (None, "None")])],
        widget=forms.Select(attrs={"data-kind": "x", "disabled": True}),
    )


def test_a_list_of_choices_is_drawn_as_django_draws_it():
    """Ours has its options in place: the only difference is the space between them."""
    for chosen in ("", "a&b", "1"):
        ours, djangos = Choosing({"kind": chosen}), Choosing({"kind": chosen}, renderer=DjangoTemplates())
        assertHTMLEqual(str(ours["kind"]), str(djangos["kind"]))
