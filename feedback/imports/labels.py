"""Topics that people gave to the rows of a file."""

import unicodedata
from collections import Counter
from collections.abc import Iterable

from feedback.models import Clause, Comment, Origin, Source, Topic, TopicAssignment
from feedback.services import rollups
from feedback.services.analysis import overall, taxonomy
from feedback.text import analyse_many


def _plain(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())


class Labels:
    """The taxonomy's topics by key and by name, for reading a column of labels."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        for pk, *names in Topic.objects.filter(state=Topic.State.ACTIVE).values_list(
            "pk", "name_en", "name", "key"
        ):
            for name in names:
                if name:
                    self._ids[_plain(name)] = pk

    def find(self, labels: Iterable[str]) -> dict[str, int]:
        """The topic of each label that names one."""
        return {
            label: self._ids[plain]
            for label in set(labels)
            if label and (plain := _plain(label)) in self._ids
        }


def label_comments(topics: dict[str, int]) -> None:
    """Gives each of these new comments, by source reference, its topic as a person's decision.

    A label speaks of the comment as a whole, so the whole comment becomes one clause. Its
    polarity and intent are those that analysis finds; analysis leaves the clause alone later.
    """
    rows = list(
        Comment.objects.filter(source=Source.IMPORT, source_ref__in=topics).values_list(
            "pk", "source_ref", "text", "local_day"
        )
    )
    tree, _ids = taxonomy()
    analyses = analyse_many([text for _pk, _ref, text, _day in rows], tree)
    clauses = []
    for (pk, _ref, text, day), analysis in zip(rows, analyses, strict=True):
        intents = Counter(clause.intent for clause in analysis.clauses)
        clauses.append(
            Clause(
                comment_id=pk,
                position=0,
                start=0,
                end=len(text),
                polarity=overall(Counter(clause.polarity for clause in analysis.clauses)),
                intent=intents.most_common(1)[0][0] if intents else "report",
                by_person=True,
                local_day=day,
            )
        )
    Clause.objects.bulk_create(clauses, batch_size=2_000)
    assignments = [
        TopicAssignment(
            clause_id=clause.pk,
            topic_id=topics[ref],
            comment_id=pk,
            confidence=1.0,
            origin=Origin.PERSON,
            polarity=clause.polarity,
            local_day=day,
        )
        for (pk, ref, _text, day), clause in zip(rows, clauses, strict=True)
    ]
    TopicAssignment.objects.bulk_create(assignments, batch_size=2_000)
    rollups.add_topics(
        Counter((each.local_day, each.topic_id, each.polarity) for each in assignments)
    )
