"""List pages: search, filters, sort and page stand in the address; the same rows answer as a page, a fragment or CSV.

    class RoomList(PermissionRequired, ListPage):
        permission = Permission.SETUP_READ
        template_name = "sessions/room_list.html"
        filter_form_class = RoomFilter              # a plain Form, every field optional
        sorts = {"name": ("name",), "place": ("place", "name")}
        default_sort = "name"
        columns = [Column(_("Name"), "name"), Column(_("Where"), lambda room: room.place)]

        def get_rows(self) -> QuerySet[Room]:       # visible rows, with everything that a row shows
            return Room.objects.all()

The template wraps what changes in `{% partialdef list inline %}<div id="list">...</div>{% endpartialdef %}` and finds
there: `page_obj` (its rows, and for `<c-pagination :page="page_obj" />`), `filter_form`, `query`, and `is_narrowed`: an
empty page says "nothing found" when it is true, and "nothing yet, do this next" when not. Where there is no row at all,
`is_bare`, nothing can be searched or narrowed: `<c-table-tools>` draws nothing then.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.views.generic.base import TemplateResponseMixin, View

from apps.core.http import Fragments

PAGE_SIZE = 25
CSV_ROWS = 10_000  # an export is made within the request
QUERY_LENGTH = 100
FORMULA = re.compile("^(?=[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-])|(?<=[;\t\r\n])(?=[=+@-])")
"""Where a spreadsheet would begin to reckon: at a cell's first sign, its wide form too, and behind what it may split at."""


@dataclass(frozen=True)
class Column:
    """One column of the CSV: its heading, and an attribute path (`user.email`) or a function of the row."""

    label: str | Promise
    value: str | Callable[[Any], object]

    def of(self, row: object) -> str:
        return cell(self.value(row) if callable(self.value) else _walk(row, self.value))


def _walk(row: object, path: str) -> object:
    for name in path.split("."):
        row = getattr(row, name, None)
    return row() if callable(row) else row


def cell(value: object) -> str:
    """Write a value for a spreadsheet. Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, int | float | Decimal):
        return str(value)
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    text = ", ".join(str(item) for item in value) if isinstance(value, list | tuple | set | QuerySet) else str(value)
    return FORMULA.sub("'", text)


def csv_response(name: str, columns: Iterable[Column], rows: Iterable[object]) -> HttpResponse:
    """Answer with a file that spreadsheets open as UTF-8."""
    columns = list(columns)
    text = io.StringIO()
    text.write("\N{BYTE ORDER MARK}")
    writer = csv.writer(text)
    writer.writerow([cell(str(column.label)) for column in columns])
    writer.writerows([column.of(row) for column in columns] for row in rows)
    disposition = {"Content-Disposition": f'attachment; filename="{name}-{timezone.localdate().isoformat()}.csv"'}
    return HttpResponse(text.getvalue(), content_type="text/csv; charset=utf-8", headers=disposition)


class ListPage(Fragments, TemplateResponseMixin, View):
    """One list: see the module. Put a mixin that checks who asks before it.

    A filter named `x` narrows by `filter_x(rows, value)` where the class has one, else by the column `x`. Values that
    the filter form refuses are ignored. Two queries for any number of rows, and those that `get_rows` prefetches; one more
    for none.
    """

    fragment = "list"
    filter_form_class: ClassVar[type[Form] | None] = None
    sorts: ClassVar[dict[str, tuple[str, ...]]] = {}
    default_sort: ClassVar[str] = ""
    columns: ClassVar[list[Column]] = []
    csv_name: ClassVar[str] = "list"
    page_size: ClassVar[int] = PAGE_SIZE

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rows = self.sorted(self.narrowed(self.searched(self.get_rows())))
        if request.GET.get("format") == "csv" and self.columns:
            return csv_response(self.csv_name, self.columns, self.exported(rows))
        page = Paginator(rows, self.page_size).get_page(request.GET.get("page"))
        facts = self.narrowing()
        is_bare = not page.object_list and not facts["is_narrowed"] and not self.get_rows().exists()
        response = self.render_to_response(self.get_context_data(page_obj=page, is_bare=is_bare, **facts))
        patch_vary_headers(response, ["HX-Request"])
        return response

    def get_rows(self) -> QuerySet[Any]:
        """Return every row that this person may see, with all that a row shows."""
        raise AssertionError("a ListPage must say which rows it lists")

    def exported(self, rows: QuerySet[Any]) -> Iterator[Any]:
        """Return the rows of the CSV. A list whose export must leave a trace writes it here."""
        return rows[:CSV_ROWS].iterator(chunk_size=1000)

    @property
    def query(self) -> str:
        return self.request.GET.get("q", "").replace("\0", "").strip()[:QUERY_LENGTH]

    def searched(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow to what was typed, by the queryset's `matching(text)`."""
        return rows.matching(self.query) if self.query and hasattr(rows, "matching") else rows

    @cached_property
    def filter_form(self) -> Form | None:
        return self.get_filter_form()

    def get_filter_form(self) -> Form | None:
        return self.filter_form_class(self.request.GET, auto_id="filter_%s") if self.filter_form_class else None

    @cached_property
    def filters(self) -> dict[str, Any]:
        """The filters that were set and are valid, by name."""
        form = self.filter_form
        if form is None:
            return {}
        form.is_valid()
        return {name: value for name, value in form.cleaned_data.items() if value not in (None, "", [], False)}

    def narrowed(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        for name, value in self.filters.items():
            own = getattr(self, f"filter_{name}", None)
            rows = own(rows, value) if own else rows.filter(**{name: value})
        return rows

    @property
    def order(self) -> str:
        """The key of `sorts` that holds, `-` before it when turned."""
        asked = self.request.GET.get("sort", "")
        return asked if asked.removeprefix("-") in self.sorts else self.default_sort

    def sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Order as `?sort=key` or `?sort=-key` asks, else by default; the key breaks ties so that pages are stable."""
        wanted = self.order
        if not wanted:
            return rows
        fields = self.sorts[wanted.removeprefix("-")]
        return rows.order_by(*(_turned(field) if wanted.startswith("-") else field for field in fields), "pk")

    def narrowing(self) -> dict[str, Any]:
        return {
            "filter_form": self.filter_form,
            "query": self.query,
            "is_narrowed": bool(self.query or self.filters),
        }


def _turned(field: str) -> str:
    return field[1:] if field.startswith("-") else f"-{field}"
