"""Which files of static/ are served in production."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class ServedFiles(StaticFilesConfig):
    """Leave out what the stylesheet is built from: its imports are packages, where collectstatic would look for files."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "css/app.css", "css/calendar.css"]
