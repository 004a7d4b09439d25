"""Questions, who was asked, and what was answered."""

from surveys.models.answers import Answer, Invitation, Response, ResponseDay
from surveys.models.design import Question, Survey, SurveyVersion

__all__ = ["Answer", "Invitation", "Question", "Response", "ResponseDay", "Survey", "SurveyVersion"]
