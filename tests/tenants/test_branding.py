import pytest

from apps.tenants import branding

COLOURS = ["#00695f", "#1d4ed8", "#7f1d1d", "#000000", "#4a044e", "#006400"]


@pytest.mark.parametrize(
    ("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#777777", "#ffffff", 4.48), ("#fff000", "#fff000", 1)]
)
def test_contrast_is_that_of_wcag(one, other, ratio):
    assert branding.contrast(one, other) == pytest.approx(ratio, abs=0.01)
    assert branding.contrast(other, one) == pytest.approx(ratio, abs=0.01)


@pytest.mark.parametrize("colour", COLOURS)
def test_lightened_colour_reads_on_dark_pages(colour):
    assert branding.contrast(branding.lighten_until_readable(colour), "#0a0a0a") >= 7


def test_stylesheet_sets_light_dark_and_the_systems_wish():
    css = branding.stylesheet("#00695f")
    assert css.startswith(":root{--primary:#00695f;--primary-foreground:#ffffff;")
    assert "\nhtml.dark{--primary:#" in css
    assert "@media (prefers-color-scheme:dark){html:not(.light,.dark){--primary:#" in css
    assert css.count("{") == css.count("}")
