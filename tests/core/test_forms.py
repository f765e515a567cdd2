"""What the house's widgets make of what browsers send."""

from django import forms

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
