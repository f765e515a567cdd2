from django.http import HttpRequest


def centre(request: HttpRequest) -> dict[str, object]:
    """Give templates the centre of this host, None on the public host."""
    found = getattr(request, "tenant", None)
    version = f"{found.pk}-{found.brand_colour.lstrip('#')}" if found else ""
    return {"centre": found, "brand_version": version}
