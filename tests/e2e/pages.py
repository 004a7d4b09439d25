"""The addresses of the pages, with objects that exist in the database at hand."""

from typing import Any

from django.urls import reverse

from feedback.models import Comment, Improvement, Insight, Release, Topic, TopicAssignment
from support.models import Inbox, Message, Ticket
from surveys.models import Survey


def _first(rows: Any) -> Any:
    return rows.order_by("-pk").first()


def staff_pages(user: Any) -> dict[str, str]:
    """Name → address of every page for staff; pages of objects that are missing are left out."""
    pages = {
        name: reverse(name)
        for name in (
            "home", "tickets", "comments", "topics", "scores", "insights", "insight-new",
            "improvements", "improvement-new", "releases", "surveys", "survey-new", "account",
            "settings", "settings-keys", "settings-work", "settings-audit", "ui",
        )
    }  # fmt: skip
    pages["search"] = reverse("search") + "?q=%E9%80%81%E6%96%99"
    pages["search-nothing"] = reverse("search") + "?q=%E7%84%A1%E3%81%84"
    pages["comments-nothing"] = reverse("comments") + "?q=zzzzzz"
    pages["scores-csat"] = reverse("scores") + "?kind=csat"
    pages |= _feedback_pages() | _support_pages() | _survey_pages()
    return pages


def _feedback_pages() -> dict[str, str]:
    pages = {}
    comment = _first(
        Comment.objects.exclude(customer=None).exclude(score=None).exclude(topic_keys="")
    )
    if comment:
        pages["comment"] = reverse("comment", args=[comment.pk])
        pages["customer"] = reverse("customer", args=[comment.customer_id])
        clause = comment.clauses.order_by("pk").first()
        pages["comment-edit"] = f"{pages['comment']}?edit={clause.pk}"
    used = TopicAssignment.objects.values_list("topic", flat=True)
    topic = _first(Topic.objects.filter(pk__in=used).exclude(parent=None))
    if topic:
        pages["topic"] = reverse("topic", args=[topic.key])
    insight = _first(Insight.objects.filter(state="published"))
    if insight:
        pages["insight"] = reverse("insight", args=[insight.pk])
    for state in Improvement.State.values:
        item = _first(Improvement.objects.filter(state=state))
        if item:
            pages[f"improvement-{state}"] = reverse("improvement", args=[item.pk])
    release = _first(Release.objects.all())
    if release:
        pages["release"] = reverse("release", args=[release.pk])
    return pages


def _support_pages() -> dict[str, str]:
    pages = {}
    answered = Message.objects.filter(kind="reply").values_list("ticket", flat=True)
    for name, rows in {
        "ticket": Ticket.objects.exclude(status__in=["solved", "closed"]),
        "ticket-solved": Ticket.objects.filter(status__in=["solved", "closed"], pk__in=answered),
    }.items():
        ticket = _first(rows.exclude(requester=None))
        if ticket:
            pages[name] = reverse("ticket", args=[ticket.number])
            pages[f"{name}-times"] = reverse("ticket-times", args=[ticket.number])
    if "ticket" in pages:
        pages["ticket-note"] = f"{pages['ticket']}?write=note"
    return pages


def _survey_pages() -> dict[str, str]:
    survey = Survey.objects.filter(state="published").order_by("pk").first()
    if survey is None:
        return {}
    names = (
        "survey", "survey-questions", "survey-compare", "survey-responses", "survey-edit",
        "survey-settings", "survey-quotas", "survey-invitations", "survey-question-new",
        "survey-campaigns", "campaign-new", "survey-exports",
        "survey-placements", "placement-new", "placements-try",
    )  # fmt: skip
    pages = {name: reverse(name, args=[survey.pk]) for name in names}
    pages["survey-compare-crossed"] = pages["survey-compare"] + "?rows=score&columns=.segment"
    response = _first(survey.responses)
    if response:
        pages["survey-response"] = reverse("survey-response", args=[survey.pk, response.pk])
    for question in survey.questions.filter(retired=False).order_by("position")[:2]:
        pages[f"survey-question-{question.kind}"] = reverse(
            "survey-question", args=[survey.pk, question.key]
        )
    return pages


def public_pages() -> dict[str, str]:
    """Name → address of every page for customers and for people who have not signed in."""
    pages = {name: reverse(name) for name in ("login", "password-reset", "password-reset-sent")}
    pages |= {"receipt": reverse("survey-receipt")}
    pages |= {"voice": reverse("voice"), "missing": "/no-such-page/"}
    for survey in Survey.objects.filter(state="published").order_by("pk")[:2]:
        pages[f"form-{survey.kind}"] = reverse("survey-form", args=[survey.slug])
        pages[f"widget-{survey.kind}"] = reverse("widget", args=[survey.slug])
        pages[f"thanks-{survey.kind}"] = reverse("survey-thanks", args=[survey.slug])
    inbox = Inbox.objects.filter(is_public=True).order_by("pk").first()
    if inbox:
        pages["help"] = reverse("help", args=[inbox.key])
    return pages
