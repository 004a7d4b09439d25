"""Surveys of a score and a comment: their questions get keys and kinds, their answers days."""

from django.db import migrations
from django.db.models import Exists, OuterRef, Subquery

BATCH = 5_000


def name_questions(apps, schema_editor):
    Question = apps.get_model("surveys", "Question")
    Survey = apps.get_model("surveys", "Survey")
    kind = Survey.objects.filter(pk=OuterRef("survey")).values("kind")
    Question.objects.filter(kind="score").update(key="score", kind=Subquery(kind))
    Question.objects.filter(kind="text").update(key="comment", kind="long")


def unname_questions(apps, schema_editor):
    Question = apps.get_model("surveys", "Question")
    Question.objects.filter(key="score").update(kind="score")
    Question.objects.filter(key="comment").update(kind="text")


def date_answers(apps, schema_editor):
    """In ranges of ids, each a short statement: a million rows are not locked at once."""
    Answer = apps.get_model("surveys", "Answer")
    Response = apps.get_model("surveys", "Response")
    day = Response.objects.filter(pk=OuterRef("response")).values("local_day")
    last = Answer.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for start in range(0, last + 1, BATCH):
        rows = Answer.objects.filter(pk__gt=start, pk__lte=start + BATCH, local_day=None)
        rows.update(local_day=Subquery(day))


def copy_scores(apps, schema_editor):
    """The headline score and "has words" onto the worked responses, in ranges of ids."""
    Answer = apps.get_model("surveys", "Answer")
    Response = apps.get_model("surveys", "Response")
    given = Answer.objects.filter(response=OuterRef("pk"))
    score = given.filter(question__key="score").values("number")[:1]
    spoke = given.filter(question__key="comment").exclude(text="")
    last = Response.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    for start in range(0, last + 1, BATCH):
        rows = Response.objects.filter(pk__gt=start, pk__lte=start + BATCH, state="worked")
        rows.update(score=Subquery(score), spoke=Exists(spoke))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("surveys", "0003_question_kinds")]

    operations = [
        migrations.RunPython(name_questions, unname_questions),
        migrations.RunPython(date_answers, migrations.RunPython.noop),
        migrations.RunPython(copy_scores, migrations.RunPython.noop),
    ]
