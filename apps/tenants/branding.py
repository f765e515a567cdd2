"""A centre's colour, checked and spread over the few variables of the style sheet."""


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return red, green, blue


def luminance(colour: str) -> float:
    """Relative luminance of `#rrggbb`, 0 to 1 (WCAG 2.2, definition)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _channels(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21 (WCAG 2.2, 1.4.3)."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def readable_on_white(colour: str) -> bool:
    return contrast(colour, "#ffffff") >= 4.5


def lighten_until_readable(colour: str, *, ground: str = "#0a0a0a", ratio: float = 7.0) -> str:
    """Mix white into the colour until it reads on a dark ground."""
    for step in range(21):
        mixed = "#" + "".join(f"{round((c + (1 - c) * step / 20) * 255):02x}" for c in _channels(colour))
        if contrast(mixed, ground) >= ratio:
            return mixed
    return "#ffffff"


def stylesheet(colour: str) -> str:
    """CSS that carries the colour: as it is on light pages, lightened until it reads on dark ones."""
    light = _variables(colour, "#ffffff")
    dark = _variables(lighten_until_readable(colour), "#0a0a0a")
    by_system = f"@media (prefers-color-scheme:dark){{html:not(.light,.dark){dark}}}"
    return f":root{light}\nhtml.dark{dark}\n{by_system}\n"


def _variables(colour: str, on_it: str) -> str:
    return f"{{--primary:{colour};--primary-foreground:{on_it};--ring:{colour}}}"
