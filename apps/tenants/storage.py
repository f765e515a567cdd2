"""Uploaded files, each centre's in a folder of its own."""

from pathlib import Path

from django.core.files.storage import FileSystemStorage
from django.utils._os import safe_join

from apps.core import schema


class CentreStorage(FileSystemStorage):
    """Store below MEDIA_ROOT/<schema>. There is no public address: files are served only by views that authorise."""

    @property
    def location(self) -> str:
        return str(Path(self.base_location) / schema.current())

    def path(self, name: str) -> str:
        return str(safe_join(self.location, name))

    def url(self, name: str | None) -> str:
        raise ValueError("uploaded files have no address of their own; use the view that authorises")
