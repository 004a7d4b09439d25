"""Questions, who was asked, and what was answered."""

from surveys.models.answers import Answer, Invitation, Response
from surveys.models.design import Question, Survey

__all__ = ["Answer", "Invitation", "Question", "Response", "Survey"]
