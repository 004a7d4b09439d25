"""Voices: the list, one voice with its reading, and a person's correction."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _

from feedback.filters import CommentFilter
from feedback.models import Clause, Comment, Intent, Polarity, Source, Topic
from feedback.models.people import called
from feedback.queries import backing, comments
from feedback.queries.topics import name_of, names_of
from feedback.services.corrections import correct_clause
from feedback.views.voice_rows import written_voices
from voc.access import CONTRIBUTORS, StaffRequest, found, staff
from voc.errors import Refused
from voc.links import linker
from voc.paging import capped_count, page
from voc.templatetags import ui

NEWEST = ("-occurred_at", "-id")
# What a row of the list is made of.
_SHOWN = (
    "id", "text", "mask_spans", "customer_id", "topic_keys", "polarity", "analysed_version", "occurred_at", "source",
    "product", "customer__name", "customer__external_id", "score__kind", "score__value",
)  # fmt: skip
# Filters with a field on the page; the others come by links.
FIELDS = ("q", "polarity", "intent", "source", "score", "first", "last")


class CorrectionForm(forms.Form):
    topics = forms.MultipleChoiceField(
        label=pgettext_lazy("list", "話題"),
        required=False,
        help_text=gettext_lazy("いくつか選ぶときは、CtrlキーかCommandキーを押しながら選びます。"),
    )
    polarity = forms.ChoiceField(
        label=pgettext_lazy("polarity", "評価"), choices=Polarity.choices, widget=forms.RadioSelect
    )
    intent = forms.ChoiceField(
        label=gettext_lazy("意図"), choices=Intent.choices, widget=forms.RadioSelect
    )

    def __init__(self, *args: object, topics: list[Topic], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["topics"]
        data: Any = self.data
        chosen = data.getlist("topics") if self.is_bound else self.initial.get("topics", ())
        # What is chosen comes first: further down the list it would be out of sight.
        ordered = sorted(topics, key=lambda topic: topic.key not in chosen)
        field.choices = [(topic.key, name_of(topic)) for topic in ordered]  # type: ignore[attr-defined]
        field.widget.attrs["size"] = 8


def _names() -> dict[str, str]:
    return names_of(Topic.objects.all())


@staff()
def comment_list(request: StaffRequest) -> HttpResponse:
    """Voices newest first; the filters of the address are those of the API."""
    rows = comments.comments_for(request.user)
    chosen = None
    # Making the filters costs as much as reading the voices.
    if any(request.GET.get(name) for name in CommentFilter.base_filters):
        chosen = CommentFilter(request.GET, queryset=rows)
        rows = chosen.qs if chosen.is_valid() else rows.none()
    try:
        listed = page(
            # Rows without models: making thirty comments with their customers costs as much
            # as asking the database for them.
            rows.values_list(*_SHOWN, named=True),
            order=NEWEST,
            cursor=request.GET.get("cursor", ""),
            size=30,
        )
    except Refused:
        return redirect(request.path)
    names = _names()
    total, capped = capped_count(rows)
    shown = _rows(request, listed, names)
    context = {
        "fields": _rendered(chosen.form) if chosen else _blank_fields(get_language() or ""),
        "rows": shown,
        "voices": written_voices(shown),
        "page": listed,
        "total": total,
        "capped": capped,
        "active": _active(request, chosen, names) if chosen else [],
        "any_voice": bool(shown) or Comment.objects.exists(),
    }
    status = 422 if chosen and not chosen.is_valid() else 200
    return render(request, "feedback/comments.html", context, status=status)


def _rows(
    request: HttpRequest, listed: Iterable[Any], names: dict[str, str]
) -> list[dict[str, Any]]:
    """What the list shows of each voice, as words and addresses: a tag costs more than a row."""
    chips = {value: ui.polarity(value) for value in Polarity.values}
    chips[""] = ui.chip(_("読み取り待ち"), tone="dashed", icon="clock")
    erased = ui.chip(_("消去済み"), tone="dashed")
    about: dict[str, tuple[str, str]] = {}
    kept = request.GET.copy()
    for name in ("cursor", "topic"):
        kept.pop(name, None)
    before = f"?{kept.urlencode()}&" if kept else "?"
    for key in {key for comment in listed for key in comment.topic_keys.split()[:3]}:
        about[key] = (f"{before}topic={quote(key)}", names.get(key, key))
    sources = {value: str(label) for value, label in Source.choices}
    comment_at, customer_at = linker("comment"), linker("customer")
    return [
        {
            "pk": comment.id,
            "url": comment_at(comment.id),
            "text": comments.first_words(comment.text, comment.mask_spans, 140),
            "chip": chips[comment.polarity if comment.analysed_version else ""]
            if comment.text
            else erased,
            "topics": [about[key] for key in comment.topic_keys.split()[:3]],
            "score": f"{comment.score__kind.upper()} {comment.score__value}"
            if comment.score__kind
            else "",
            "who": called(comment.customer__name, comment.customer__external_id, comment.customer_id)
            if comment.customer_id
            else "",
            "customer_url": customer_at(comment.customer_id) if comment.customer_id else "",
            "at": ui.moment(comment.occurred_at),
            "source": "　".join(filter(None, [sources[comment.source], comment.product])),
        }
        for comment in listed
    ]


@lru_cache(maxsize=8)
def _blank_fields(language: str) -> SafeString:
    """Kept for each language: seven fields cost as much as the thirty voices below them."""
    return _rendered(CommentFilter({}, queryset=Comment.objects.none()).form)


def _rendered(form: forms.Form) -> SafeString:
    return format_html_join("\n", "{}", ((form[name].as_field_group(),) for name in FIELDS))


def _active(
    request: HttpRequest, chosen: CommentFilter, names: dict[str, str]
) -> list[tuple[str, str]]:
    """(words, address without it) of every filter in force, for its chip."""
    out = []
    for name, field in chosen.form.fields.items():
        value = request.GET.get(name, "").strip()
        if not value:
            continue
        choices = dict(getattr(field, "choices", ()))
        rest = request.GET.copy()
        del rest[name]
        rest.pop("cursor", None)
        out.append((str(choices.get(value) or names.get(value, value)), f"?{rest.urlencode()}"))
    return out


@staff()
def comment_page(request: StaffRequest, pk: int) -> HttpResponse:
    """One voice: its words marked by clause, what they were read as, what they carry."""
    return _page(request, found(comments.comment_page(request.user, pk)))


def _page(
    request: StaffRequest,
    comment: Comment,
    *,
    form: CorrectionForm | None = None,
    edited: str = "",
    status: int = 200,
) -> HttpResponse:
    clauses = list(comment.clauses.all())
    edited = edited or request.GET.get("edit", "")
    may_correct = request.user.role in CONTRIBUTORS
    topics = list(Topic.objects.filter(state=Topic.State.ACTIVE).order_by("position", "pk"))
    names = {topic.key: name_of(topic) for topic in topics}
    readings = [
        {
            "clause": clause,
            "number": number,
            "words": comments.masked(
                comment.text, comment.mask_spans, clause.start, clause.end
            ),
            "topics": [
                (a.topic.key, names.get(a.topic.key, a.topic.name), a.confidence)
                for a in clause.assignments.all()
            ],
            "open": may_correct and edited == str(clause.pk),
            "form": (form or _form_of(clause, topics))
            if may_correct and edited == str(clause.pk)
            else None,
        }
        for number, clause in enumerate(clauses, start=1)
    ]
    context = {
        "comment": comment,
        "parts": comments.parts(comment, clauses),
        "readings": readings,
        "may_correct": may_correct,
        "backing": backing.of_comment(comment),
        "similar": [
            {"comment": other, "text": comments.snippet(other, 80)}
            for other in comments.near(request.user, comment)
        ],
    }
    return render(request, "feedback/comment.html", context, status=status)


def _form_of(clause: Clause, topics: list[Topic]) -> CorrectionForm:
    return CorrectionForm(
        topics=topics,
        initial={
            "topics": [a.topic.key for a in clause.assignments.all()],
            "polarity": clause.polarity,
            "intent": clause.intent,
        },
    )


@staff(CONTRIBUTORS, methods=("POST",))
def correct(request: StaffRequest, pk: int, clause_pk: int) -> HttpResponse:
    comment = found(comments.comment_page(request.user, pk))
    clause = get_object_or_404(Clause, pk=clause_pk, comment=comment)
    topics = list(Topic.objects.filter(state=Topic.State.ACTIVE).order_by("position", "pk"))
    form = CorrectionForm(request.POST, topics=topics)
    if form.is_valid():
        try:
            correct_clause(
                clause=clause, actor=request.user, now=timezone.now(), **form.cleaned_data
            )
        except Refused as refused:
            form.add_error(None, refused.message)
        else:
            messages.success(
                request, _("直しました。この節は、あとの自動判定で上書きされません。")
            )
            return redirect("comment", pk=pk)
    return _page(request, comment, form=form, edited=str(clause_pk), status=422)
