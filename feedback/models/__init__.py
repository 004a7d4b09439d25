"""The voice and what becomes of it."""

from feedback.models.backlog import Decision, Evidence, Improvement, Insight, MeasurementPlan
from feedback.models.people import (
    Account,
    Consent,
    ContactPoint,
    Customer,
    CustomerEvent,
    Touchpoint,
)
from feedback.models.rollups import CommentDay, ScoreDay, TopicDay
from feedback.models.told import EffectReport, Notice, RecoveryCase, Release
from feedback.models.topics import Correction, Origin, Topic, TopicAssignment
from feedback.models.voice import Clause, Comment, Intent, Polarity, Score, Source

__all__ = [
    "Account",
    "Clause",
    "Comment",
    "CommentDay",
    "Consent",
    "ContactPoint",
    "Correction",
    "Customer",
    "CustomerEvent",
    "Decision",
    "EffectReport",
    "Evidence",
    "Improvement",
    "Insight",
    "Intent",
    "MeasurementPlan",
    "Notice",
    "Origin",
    "Polarity",
    "RecoveryCase",
    "Release",
    "Score",
    "ScoreDay",
    "Source",
    "Topic",
    "TopicAssignment",
    "TopicDay",
    "Touchpoint",
]
