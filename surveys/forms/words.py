"""The words of a survey in another language, each beside the words they translate."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from feedback.text.normal import sanitise
from surveys.models import Survey
from surveys.questions.asked import Asked
from surveys.services.designs import MOST_LABEL
from surveys.services.editing import VARIANTS

# A form may have 500 fields; questions are never torn apart.
MOST_FIELDS = 200
_LONGEST = {"label": 300, "help": 500, "low": 40, "high": 40}


@dataclass(slots=True)
class Field:
    """One text: its name in the form, what it says now, and what it says in the other language."""

    name: str
    title: str
    original: str
    value: str
    most: int
    error: str = ""

    @property
    def long(self) -> bool:
        return len(self.original) > 40 or "\n" in self.original


@dataclass(slots=True)
class Part:
    """One question, or with key "" what stands around them."""

    key: str
    title: str
    fields: list[Field]


def parts_of(survey: Survey, questions: Sequence[Asked], language: str) -> list[list[Part]]:
    """Everything to translate, in pages that one form can hold."""
    pages: list[list[Part]] = [[]]
    count = 0
    for part in _parts(survey, questions, language):
        if pages[-1] and count + len(part.fields) > MOST_FIELDS:
            pages.append([])
            count = 0
        pages[-1].append(part)
        count += len(part.fields)
    return pages


def _parts(survey: Survey, questions: Sequence[Asked], language: str) -> Iterator[Part]:
    said = survey.translations.get(language, {})
    around = [
        Field(f"_.{name}", title, getattr(survey, name), str(said.get(name, "")), most)
        for name, title, most in (
            ("title", _("題"), 120), ("purpose", _("利用目的"), 300), ("thanks", _("お礼の文"), 300)
        )
        if getattr(survey, name)
    ]  # fmt: skip
    yield Part("", _("題・利用目的・お礼"), around)
    for question in questions:
        if question.kind == "hidden":
            continue
        yield Part(question.key, question.label, list(_fields(question, language)))


def _fields(question: Asked, language: str) -> Iterator[Field]:
    words = question.translations.get(language, {})
    titles = {
        "label": _("質問の文"), "help": _("補足"), "low": _("いちばん低い点の言葉"),
        "high": _("いちばん高い点の言葉"),
    }  # fmt: skip
    for name, most in _LONGEST.items():
        text = getattr(question, name)
        if text or words.get(name):
            yield Field(
                f"{question.key}.{name}", titles[name], text, str(words.get(name, "")), most
            )
    for group, title in (("rows", _("行")), ("choices", _("選択肢"))):
        labels = words.get(group, {})
        for row in question.options.get(group, ()):
            name = f"{question.key}.{group}.{row['id']}"
            yield Field(name, title, row["label"], str(labels.get(row["id"], "")), MOST_LABEL)
    for variant in question.variants:
        said = variant.get("translations", {}).get(language, {})
        for part in ("label", "help"):
            if variant.get(part):
                name = f"{question.key}.{VARIANTS}.{variant['id']}.{part}"
                title = _("言い換え：%(name)s") % {"name": titles[part]}
                yield Field(name, title, variant[part], str(said.get(part, "")), _LONGEST[part])


def read(data: QueryDict, parts: Sequence[Part]) -> bool:
    """Puts what was sent into the fields; whether all of it can be kept."""
    fine = True
    for field in (field for part in parts for field in part.fields):
        field.value = sanitise(data.get(field.name, ""))
        if len(field.value) > field.most:
            field.error = _("%(most)s字までにしてください。いまは%(n)s字です。") % {
                "most": field.most, "n": len(field.value)
            }  # fmt: skip
            fine = False
    return fine


def words_of(part: Part) -> dict[str, Any]:
    """The words of one part in the shape that `editing.translate` takes."""
    words: dict[str, Any] = {}
    for field in part.fields:
        _key, name, *identity = field.name.split(".", 2)
        if name == VARIANTS:
            variant, text = identity[0].split(".")
            words.setdefault(VARIANTS, {}).setdefault(variant, {})[text] = field.value
        elif not field.value:
            continue
        elif identity:
            words.setdefault(name, {})[identity[0]] = field.value
        else:
            words[name] = field.value
    return words
