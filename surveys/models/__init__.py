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
from surveys.models.campaigns import AskingRules, Campaign, CampaignMember, LastAsk
from surveys.models.design import Question, Quota, Survey, SurveyVersion
from surveys.models.exports import Export
from surveys.models.placements import Placement

__all__ = [
    "Answer",
    "AnswerDay",
    "AskingRules",
    "Attempt",
    "Campaign",
    "CampaignMember",
    "CutDay",
    "Export",
    "Invitation",
    "LastAsk",
    "Placement",
    "Question",
    "Quota",
    "Response",
    "ResponseDay",
    "SavedAnswer",
    "Survey",
    "SurveyVersion",
]
