"""Questions, who was asked, and what was answered."""

from surveys.models.answers import (
    Answer,
    AnswerDay,
    Attempt,
    CutDay,
    Invitation,
    Response,
    ResponseDay,
    SavedAnswer,
)
from surveys.models.design import Question, Quota, Survey, SurveyVersion
from surveys.models.exports import Export

__all__ = [
    "Answer",
    "AnswerDay",
    "Attempt",
    "CutDay",
    "Export",
    "Invitation",
    "Question",
    "Quota",
    "Response",
    "ResponseDay",
    "SavedAnswer",
    "Survey",
    "SurveyVersion",
]
