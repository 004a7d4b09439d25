"""Daily counts kept beside the rows: added to with every write, rebuilt and checked at will."""

from collections import Counter
from collections.abc import Callable, Iterable
from datetime import date

from django.db import transaction
from django.db.models import Count

from feedback.models import Comment, CommentDay, Score, ScoreDay, TopicAssignment, TopicDay
from voc import tallies

# (local day, kind, scale, value, segment)
ScoreCell = tuple[date, str, int, int, str]
# (local day, source)
CommentCell = tuple[date, str]
# (local day, topic id, polarity)
TopicCell = tuple[date, int, str]


def add_scores(cells: Iterable[ScoreCell], sign: int = 1) -> None:
    """Counts scores in (or, with sign −1, out of) their days."""
    changes = {cell: sign * n for cell, n in Counter(cells).items()}
    tallies.add(ScoreDay, ("local_day", "kind", "scale", "value", "segment"), changes)


def add_comments(cells: Iterable[CommentCell], sign: int = 1) -> None:
    """Counts comments in (or out of) their days."""
    changes = {cell: sign * n for cell, n in Counter(cells).items()}
    tallies.add(CommentDay, ("local_day", "source"), changes)


def add_topics(changes: dict[TopicCell, int]) -> None:
    """Adds signed numbers of clauses to topic, day and polarity."""
    tallies.add(TopicDay, ("local_day", "topic_id", "polarity"), changes, numbers=("clauses",))


def rebuild(progress: Callable[[int, int], None] = lambda done, total: None) -> dict[str, int]:
    """Counts every day again from the rows; {"checked", "changed"} in cells."""
    checked = changed = 0
    steps: list[Callable[[], tuple[int, int]]] = [_rebuild_scores, _rebuild_comments, _rebuild_topics]
    for index, step in enumerate(steps):
        with transaction.atomic():
            seen, differed = step()
        checked, changed = checked + seen, changed + differed
        progress(index + 1, len(steps))
    return {"checked": checked, "changed": changed}


def _rebuild_scores() -> tuple[int, int]:
    names = ("local_day", "kind", "scale", "value", "segment")
    true = {tuple(row[:-1]): row[-1] for row in Score.objects.values_list(*names).annotate(n=Count("pk")).order_by()}
    kept = {tuple(row[:-1]): row[-1] for row in ScoreDay.objects.values_list(*names, "count")}
    changes = tallies.differences(true, kept)
    tallies.add(ScoreDay, names, changes)
    return len(true), len(changes)


def _rebuild_comments() -> tuple[int, int]:
    names = ("local_day", "source")
    true = {tuple(row[:-1]): row[-1] for row in Comment.objects.values_list(*names).annotate(n=Count("pk")).order_by()}
    kept = {tuple(row[:-1]): row[-1] for row in CommentDay.objects.values_list(*names, "count")}
    changes = tallies.differences(true, kept)
    tallies.add(CommentDay, names, changes)
    return len(true), len(changes)


def _rebuild_topics() -> tuple[int, int]:
    names = ("local_day", "topic_id", "polarity")
    true = {
        tuple(row[:-1]): row[-1]
        for row in TopicAssignment.objects.values_list(*names).annotate(n=Count("pk")).order_by()
    }
    kept = {tuple(row[:-1]): row[-1] for row in TopicDay.objects.values_list(*names, "clauses")}
    changes = tallies.differences(true, kept)
    tallies.add(TopicDay, names, changes, numbers=("clauses",))
    return len(true), len(changes)
